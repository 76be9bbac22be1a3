/*
 * The reference loop that Sealift's packet engines are compared with: what a C program does that seals pages with
 * libcrypto as its manual shows. Each page of a 16 MiB source is encrypted by AES-128-CTR under a fresh IV into one of
 * 64 output slots, and HMAC-SHA-256 is taken of a 29-byte prefix and the ciphertext.
 *
 * usage: reference THREADS SECONDS; prints gigabytes (1e9 bytes) a second.
 *        reference version; prints which libcrypto it runs on.
 *        reference packet; writes one packet, MAC and ciphertext, of a page whose bytes count 0, 1, 2, ... (mod 256).
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE = 4096, PAGES = 4096, SLOTS = 64, PREFIX = 29, MAC = 32 };

struct worker {
  double seconds;
  double rate;
  int failed;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int seal(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const unsigned char *page, unsigned char *slot, uint64_t number) {
  unsigned char prefix[PREFIX] = {2};
  const uint32_t length = PAGE;
  size_t macLength;
  int written;
  memcpy(prefix + 5, &number, sizeof number);
  memcpy(prefix + 21, &length, sizeof length);
  memcpy(prefix + 25, &length, sizeof length);
  return EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, prefix + 5) &&
         EVP_EncryptUpdate(cipher, slot + MAC, &written, page, PAGE) &&
         EVP_MAC_init(mac, NULL, 0, NULL) &&
         EVP_MAC_update(mac, prefix, PREFIX) &&
         EVP_MAC_update(mac, slot + MAC, PAGE) &&
         EVP_MAC_final(mac, slot, &macLength, MAC);
}

static int begin(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac) {
  static const unsigned char tek[16] = {1}, tik[16] = {2};
  OSSL_PARAM digest[] = {OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0), OSSL_PARAM_END};
  return cipher && mac && EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, tek, NULL) &&
         EVP_MAC_init(mac, tik, sizeof tik, digest);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
  unsigned char *source = malloc((size_t)PAGE * PAGES);
  unsigned char *slots = malloc((size_t)(PAGE + MAC) * SLOTS);
  worker->failed = !source || !slots || RAND_bytes(source, PAGE * PAGES) != 1 || !begin(cipher, mac);
  uint64_t pages = 0;
  const double start = now();
  while (!worker->failed && now() - start < worker->seconds) {
    for (int i = 0; i < PAGES && !worker->failed; i++, pages++) {
      worker->failed = !seal(cipher, mac, source + (size_t)i * PAGE, slots + (size_t)(i % SLOTS) * (PAGE + MAC), pages);
    }
  }
  worker->rate = pages * (double)PAGE / (now() - start) / 1e9;
  free(source);
  free(slots);
  EVP_CIPHER_CTX_free(cipher);
  EVP_MAC_CTX_free(mac);
  EVP_MAC_free(hmac);
  return NULL;
}

static int packet(void) {
  unsigned char page[PAGE], slot[MAC + PAGE];
  EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
  for (int i = 0; i < PAGE; i++) {
    page[i] = (unsigned char)i;
  }
  const int sealed = begin(cipher, mac) && seal(cipher, mac, page, slot, 1) && fwrite(slot, sizeof slot, 1, stdout) == 1;
  EVP_CIPHER_CTX_free(cipher);
  EVP_MAC_CTX_free(mac);
  EVP_MAC_free(hmac);
  return sealed ? 0 : 1;
}

int main(int count, char **arguments) {
  if (count > 1 && !strcmp(arguments[1], "packet")) {
    return packet();
  }
  if (count > 1 && !strcmp(arguments[1], "version")) {
    puts(OpenSSL_version(OPENSSL_VERSION));
    return 0;
  }
  const int threads = count > 1 ? atoi(arguments[1]) : 1;
  const double seconds = count > 2 ? atof(arguments[2]) : 0.3;
  pthread_t ids[16];
  struct worker workers[16];
  double rate = 0;
  if (threads < 1 || threads > 16) {
    return 2;
  }
  for (int i = 0; i < threads; i++) {
    workers[i].seconds = seconds;
    if (pthread_create(&ids[i], NULL, work, &workers[i])) {
      return 1;
    }
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    if (workers[i].failed) {
      return 1;
    }
    rate += workers[i].rate;
  }
  printf("%.4f\n", rate);
  return 0;
}
