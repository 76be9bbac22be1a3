package dev.sealift.interpose;

import java.io.IOException;

/**
 * A process that makes SEV's system calls as a test tells it. It has {@link #MEMORY_SIZE} bytes of
 * memory, a page that it may only read, and nothing mapped behind either.
 */
interface SevCaller extends AutoCloseable {
  int MEMORY_SIZE = 64 << 10;

  /** What the error field holds before a call, so that it shows whether the firmware was asked. */
  int UNTOUCHED = 0x5EA11F7;

  /**
   * What a call leaves.
   *
   * @param result of the ioctl: 0 or a negative errno
   * @param error the firmware's status in the command's struct
   */
  record Outcome(int result, int error) {}

  /** Where it has its memory. */
  long memory();

  /** Where it has the page that it may only read. */
  long readOnly();

  void write(int offset, byte[] bytes) throws IOException;

  /** All of its memory. */
  byte[] read() throws IOException;

  /** Opens /dev/sev: a descriptor. */
  int open(boolean writable) throws IOException;

  /** A new VM of KVM's: a descriptor. */
  int createVm() throws IOException;

  int closeFile(int fd) throws IOException;

  /** SEV_ISSUE_CMD. */
  Outcome device(int fd, String name, int command, long data) throws IOException;

  /** KVM_MEMORY_ENCRYPT_OP. */
  Outcome vm(int fd, String name, int command, long data, int sevFd) throws IOException;

  /** KVM_MEMORY_ENCRYPT_REG_REGION, or the one that undoes it. */
  int region(int fd, boolean register, long address, long size) throws IOException;

  /** Any ioctl with any argument. */
  int ioctl(int fd, int request, long argument) throws IOException;

  @Override
  void close() throws Exception;
}
