package dev.sealift.kernel;

/** Which descriptors of the caller are an open /dev/sev. */
@FunctionalInterface
interface SevDescriptors {

  /** Whether this one is now. */
  boolean isOpen(int fd);
}
