package dev.sealift.vmm;

import dev.sealift.abi.Errno;

/** An open file, with the name by which messages speak of it. */
final class Descriptor implements AutoCloseable {
  private final Host host;
  private final int fd;
  private final String name;
  private volatile boolean closed;

  Descriptor(Host host, int fd, String name) {
    this.host = host;
    this.fd = fd;
    this.name = name;
  }

  static Descriptor open(Host host, String path, int flags) throws VmmException {
    int fd = host.calls().open(path, flags);
    if (fd < 0) {
      throw VmmException.ofCall("open", path, Errno.of(fd));
    }
    return new Descriptor(host, fd, path);
  }

  int fd() {
    return fd;
  }

  String name() {
    return name;
  }

  /** An ioctl that must succeed; the operation is its name in the kernel's headers. */
  int ioctl(String operation, int request, long argument) throws VmmException {
    int result = tryIoctl(request, argument);
    if (result < 0) {
      throw VmmException.ofCall(operation, name, Errno.of(result));
    }
    return result;
  }

  /** An ioctl whose failure is an answer. */
  int tryIoctl(int request, long argument) {
    // The number may belong to another file by now.
    return closed ? Errno.EBADF.negated() : host.calls().ioctl(fd, request, argument);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      host.calls().close(fd);
    }
  }
}
