/*
 * A program that asks Linux for SEV as it is told: an order a line, an answer a line. What it calls by
 * name, it knows from the system's headers.
 *
 *   caller SOCKET DEVICE   takes its orders from a socket
 *   caller --storm DEVICE  asks as much as it can, until it is killed
 *   caller --busy DEVICE   asks 900 times, a third of them well, and is interrupted all the time: 0 if every answer is right
 *   caller --busy-again DEVICE  the same, but what a signal has ended before it began is made again (SA_RESTART)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/psp-sev.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define MEMORY ((char *)0x200000000000)
#define MEMORY_SIZE (64 << 10)
#define READ_ONLY (MEMORY + (1 << 20))
#define UNTOUCHED 0x5EA11F7

struct command {
  const char *name;
  unsigned number;
};

#define DEVICE(name) {#name, SEV_##name}
static const struct command device_commands[] = {
    DEVICE(FACTORY_RESET), DEVICE(PLATFORM_STATUS), DEVICE(PEK_GEN), DEVICE(PEK_CSR), DEVICE(PDH_GEN),
    DEVICE(PDH_CERT_EXPORT), DEVICE(PEK_CERT_IMPORT), DEVICE(GET_ID), DEVICE(GET_ID2), {0}};

#define VM(name) {#name, KVM_SEV_##name}
static const struct command vm_commands[] = {
    VM(INIT), VM(ES_INIT), VM(LAUNCH_START), VM(LAUNCH_UPDATE_DATA), VM(LAUNCH_UPDATE_VMSA), VM(LAUNCH_SECRET),
    VM(LAUNCH_MEASURE), VM(LAUNCH_FINISH), VM(SEND_START), VM(SEND_UPDATE_DATA), VM(SEND_UPDATE_VMSA), VM(SEND_FINISH),
    VM(RECEIVE_START), VM(RECEIVE_UPDATE_DATA), VM(RECEIVE_UPDATE_VMSA), VM(RECEIVE_FINISH), VM(GUEST_STATUS),
    VM(DBG_DECRYPT), VM(DBG_ENCRYPT), VM(CERT_EXPORT), VM(GET_ATTESTATION_REPORT), VM(SEND_CANCEL), {0}};

static const char *device;

/* A name, or where the headers are too old for it, the number behind it. */
static unsigned number(const struct command *known, const char *name, unsigned otherwise) {
  for (; known->name; known++)
    if (!strcmp(known->name, name))
      return known->number;
  return otherwise;
}

static void answer(FILE *to, int result, uint32_t error) {
  fprintf(to, "%d %u\n", result < 0 ? -errno : result, error);
}

static void obey(FILE *to, char *order) {
  char verb[32] = "", name[64] = "";
  unsigned long long a = 0, b = 0, c = 0;
  int fd = -1, text = 0;
  sscanf(order, "%31s%n", verb, &text);
  order += text;
  if (!strcmp(verb, "open")) {
    sscanf(order, "%llu", &a);
    answer(to, open(device, (a ? O_RDWR : O_RDONLY) | O_CLOEXEC), 0);
  } else if (!strcmp(verb, "create-vm")) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    answer(to, ioctl(kvm, KVM_CREATE_VM, 0), 0);
    close(kvm);
  } else if (!strcmp(verb, "close")) {
    sscanf(order, "%d", &fd);
    answer(to, close(fd), 0);
  } else if (!strcmp(verb, "write")) {
    sscanf(order, "%llu %n", &a, &text);
    unsigned byte;
    for (char *at = MEMORY + a, *hex = order + text; sscanf(hex, "%2x", &byte) == 1; hex += 2)
      *at++ = byte;
    answer(to, 0, 0);
  } else if (!strcmp(verb, "read")) {
    for (int i = 0; i < MEMORY_SIZE; i++)
      fprintf(to, "%02x", (unsigned char)MEMORY[i]);
    fputc('\n', to);
  } else if (!strcmp(verb, "device")) {
    sscanf(order, "%d %63s %llu %llu", &fd, name, &a, &b);
    struct sev_issue_cmd cmd = {.cmd = number(device_commands, name, a), .data = b, .error = UNTOUCHED};
    int result = ioctl(fd, SEV_ISSUE_CMD, &cmd);
    answer(to, result, cmd.error);
  } else if (!strcmp(verb, "vm")) {
    int sev = -1;
    sscanf(order, "%d %63s %llu %llu %d", &fd, name, &a, &b, &sev);
    struct kvm_sev_cmd cmd = {.id = number(vm_commands, name, a), .data = b, .error = UNTOUCHED, .sev_fd = sev};
    int result = ioctl(fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
    answer(to, result, cmd.error);
  } else if (!strcmp(verb, "register") || !strcmp(verb, "unregister")) {
    sscanf(order, "%d %llu %llu", &fd, &a, &b);
    struct kvm_enc_region region = {.addr = a, .size = b};
    answer(to, ioctl(fd, *verb == 'r' ? KVM_MEMORY_ENCRYPT_REG_REGION : KVM_MEMORY_ENCRYPT_UNREG_REGION, &region), 0);
  } else if (!strcmp(verb, "ioctl")) {
    sscanf(order, "%d %llu %llu", &fd, &a, &c);
    answer(to, ioctl(fd, a, c), 0);
  } else {
    fputs("?\n", to);
  }
  fflush(to);
}

static void issue(int sev, unsigned command, void *data) {
  struct sev_issue_cmd cmd = {.cmd = command, .data = (uintptr_t)data};
  ioctl(sev, SEV_ISSUE_CMD, &cmd);
}

static void on_vm(int vm, int sev, unsigned command, void *data) {
  struct kvm_sev_cmd cmd = {.id = command, .data = (uintptr_t)data, .sev_fd = sev};
  ioctl(vm, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

static int shared;

/* One thread's calls go on while another closes the file under them. */
static void *storm(void *unused) {
  static __thread char out[16 << 10];
  (void)unused;
  for (;;) {
    int sev = open(device, O_RDWR | O_CLOEXEC);
    int before = __atomic_exchange_n(&shared, sev, __ATOMIC_SEQ_CST);
    struct sev_user_data_get_id2 id = {.address = (uintptr_t)out, .length = 128};
    struct sev_user_data_pdh_cert_export export = {(uintptr_t)out, 2084, (uintptr_t)out + 4096, 6252};
    issue(sev, SEV_PLATFORM_STATUS, out);
    issue(shared, SEV_GET_ID2, &id);
    issue(sev, SEV_PDH_CERT_EXPORT, &export);
    issue(shared, SEV_PLATFORM_STATUS, (void *)8);
    close(before);

    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    struct kvm_sev_launch_start start = {.policy = 1};
    struct kvm_sev_launch_update_data update = {.uaddr = (uintptr_t)out, .len = sizeof out};
    struct kvm_enc_region region = {.addr = (uintptr_t)MEMORY, .size = MEMORY_SIZE};
    if (vm >= 0) {
      on_vm(vm, sev, KVM_SEV_INIT, NULL);
      on_vm(vm, sev, KVM_SEV_LAUNCH_START, &start);
      ioctl(vm, KVM_MEMORY_ENCRYPT_REG_REGION, &region);
      on_vm(vm, sev, KVM_SEV_LAUNCH_UPDATE_DATA, &update);
      close(vm);
    }
    close(kvm);
  }
  return NULL;
}

static void interrupted(int signal) {
  (void)signal;
}

static void interrupt_often(int flags) {
  struct sigaction action = {.sa_handler = interrupted, .sa_flags = flags};
  struct itimerval often = {{0, 700}, {0, 700}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
}

static int busy(void) {
  int sev = open(device, O_RDWR | O_CLOEXEC);
  for (int i = 0; i < 300; i++) {
    struct sev_user_data_status status = {.api_major = 0xff};
    struct sev_issue_cmd good = {.cmd = SEV_PLATFORM_STATUS, .data = (uintptr_t)&status, .error = UNTOUCHED};
    struct sev_issue_cmd bad = {.cmd = SEV_PLATFORM_STATUS, .data = 8, .error = UNTOUCHED};
    struct sev_issue_cmd none = {.cmd = 99, .error = UNTOUCHED};
    if (ioctl(sev, SEV_ISSUE_CMD, &good) || good.error || status.api_major != 1)
      return 10;
    if (!ioctl(sev, SEV_ISSUE_CMD, &bad) || errno != EFAULT)
      return 11;
    if (!ioctl(sev, SEV_ISSUE_CMD, &none) || errno != EINVAL || none.error != UNTOUCHED)
      return 12;
  }
  return 0;
}

int main(int count, char **arguments) {
  if (count != 3)
    return 2;
  device = arguments[2];
  int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  if (mmap(MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE, anonymous, -1, 0) != MEMORY ||
      mmap(READ_ONLY, 4096, PROT_READ, anonymous, -1, 0) != READ_ONLY)
    return 3;
  if (!strcmp(arguments[1], "--storm")) {
    pthread_t thread;
    interrupt_often(0);
    pthread_create(&thread, NULL, storm, NULL);
    storm(NULL);
  }
  if (!strncmp(arguments[1], "--busy", 6)) {
    interrupt_often(arguments[1][6] ? SA_RESTART : 0);
    return busy();
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
  int orders = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(orders, (struct sockaddr *)&address, sizeof address) < 0)
    return 4;
  FILE *in = fdopen(orders, "r"), *out = fdopen(dup(orders), "w");
  static char line[64 << 10];
  while (fgets(line, sizeof line, in))
    obey(out, line);
  return 0;
}
