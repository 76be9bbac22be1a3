/* A program that knows nothing of Sealift: it asks Linux for SEV, and writes a line for each answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/psp-sev.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int sev, kvm;

static void tell(const char *what, int result) {
  printf("%s %d\n", what, result < 0 ? -errno : result);
}

static int command(int vm, int id, void *data, uint32_t *error) {
  struct kvm_sev_cmd cmd = {.id = id, .data = (uintptr_t)data, .sev_fd = sev};
  int result = ioctl(vm, KVM_MEMORY_ENCRYPT_OP, &cmd);
  if (error)
    *error = cmd.error;
  return result;
}

static int launch(int vm) {
  struct kvm_sev_launch_start start = {.policy = 1};
  int result = command(vm, KVM_SEV_INIT, NULL, NULL);
  return result < 0 ? result : command(vm, KVM_SEV_LAUNCH_START, &start, NULL);
}

static int guests(void) {
  struct sev_user_data_status status;
  struct sev_issue_cmd cmd = {.cmd = SEV_PLATFORM_STATUS, .data = (uintptr_t)&status};
  return ioctl(sev, SEV_ISSUE_CMD, &cmd) < 0 ? -1 : (int)status.guest_count;
}

/* VMs end a moment after their last descriptor is closed. */
static int guests_at_last(int wanted) {
  struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
  for (int tries = 0; guests() != wanted && tries < 1000; tries++)
    nanosleep(&moment, NULL);
  return guests();
}

static int in_child(int (*call)(int), int vm) {
  int status = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0)
    _exit(call(vm) < 0 ? errno : 0);
  waitpid(child, &status, 0);
  errno = WEXITSTATUS(status);
  return errno ? -1 : 0;
}

static int status_of(int vm) {
  struct kvm_sev_guest_status status;
  return command(vm, KVM_SEV_GUEST_STATUS, &status, NULL);
}

static int new_vm(int unused) {
  (void)unused;
  return launch(ioctl(kvm, KVM_CREATE_VM, 0));
}

static void *in_thread(void *unused) {
  return (void *)(intptr_t)new_vm(*(int *)unused);
}

static void launch_data(int vm) {
  size_t size = 4 << 20;
  char *image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(image, 0x5a, size);
  struct kvm_enc_region region = {.addr = (uintptr_t)image, .size = size};
  struct kvm_sev_launch_update_data update = {.uaddr = (uintptr_t)image, .len = size};
  struct kvm_sev_launch_measure measure = {0};
  uint32_t error = 0;
  char digest[48];
  tell("register", ioctl(vm, KVM_MEMORY_ENCRYPT_REG_REGION, &region));
  tell("update", command(vm, KVM_SEV_LAUNCH_UPDATE_DATA, &update, NULL));
  tell("measure what length", command(vm, KVM_SEV_LAUNCH_MEASURE, &measure, &error));
  printf("status %u length %u\n", error, measure.len);
  measure.uaddr = (uintptr_t)digest;
  tell("measure", command(vm, KVM_SEV_LAUNCH_MEASURE, &measure, NULL));
  tell("unregister", ioctl(vm, KVM_MEMORY_ENCRYPT_UNREG_REGION, &region));
  tell("unregister again", ioctl(vm, KVM_MEMORY_ENCRYPT_UNREG_REGION, &region));
  munmap(image, size);
  tell("register what is gone", ioctl(vm, KVM_MEMORY_ENCRYPT_REG_REGION, &region));
  tell("finish", command(vm, KVM_SEV_LAUNCH_FINISH, NULL, NULL));
}

static void go_on_for_ever(void) {
  for (int unused = 0;;) {
    pthread_t thread;
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    launch(vm);
    pthread_create(&thread, NULL, in_thread, &unused);
    launch_data(vm);
    in_child(new_vm, unused);
    pthread_join(thread, NULL);
    close_range(kvm + 1, ~0U, 0);
  }
}

int main(int count, char **arguments) {
  if (count < 3 || !freopen(arguments[2], "w", stdout))
    return 2;
  sev = open(arguments[1], O_RDWR | O_CLOEXEC);
  kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (count > 3)
    go_on_for_ever();
  int other = open("/dev/zero", O_RDWR);
  int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  if (sev < 0 || kvm < 0 || vm < 0)
    return 3;

  tell("probe", ioctl(vm, KVM_MEMORY_ENCRYPT_OP, NULL));
  tell("bad address", ioctl(vm, KVM_MEMORY_ENCRYPT_OP, (void *)8));
  tell("another file", ioctl(other, KVM_MEMORY_ENCRYPT_OP, NULL));
  tell("no file", ioctl(-1, KVM_MEMORY_ENCRYPT_OP, NULL));
  tell("another device", ioctl(other, SEV_ISSUE_CMD, NULL));
  tell("before init", status_of(vm));
  tell("launch", launch(vm));
  tell("init again", command(vm, KVM_SEV_INIT, NULL, NULL));
  tell("guests", guests());
  launch_data(vm);

  int again = dup(vm);
  close(vm);
  tell("by its other descriptor", status_of(again));
  tell("by another process", in_child(status_of, again));
  tell("another process's own", in_child(new_vm, 0));
  close(again);

  int next = ioctl(kvm, KVM_CREATE_VM, 0);
  tell("same number", next == vm || next == again);
  tell("launch at once", launch(next));
  tell("guests", guests_at_last(1));

  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, in_thread, &other);
  pthread_join(thread, &result);
  tell("by a thread", (int)(intptr_t)result);
  tell("guests", guests());
  int open = dup(sev);
  close(sev);
  tell("without the device", status_of(next));
  sev = open;
  close(next);
  tell("guests", guests_at_last(1));
  fflush(stdout);
  return 42;
}
