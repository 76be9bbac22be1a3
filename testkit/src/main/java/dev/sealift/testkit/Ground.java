package dev.sealift.testkit;

/** What the guests of a test run on. */
public enum Ground {
  /**
   * Nothing but Java: works everywhere. Guests are programs in Java, and their memory is encrypted
   * at rest.
   */
  MODEL,

  /**
   * This machine's own KVM, with SEV in software: guests are machine code on a real vCPU, and their
   * memory is not encrypted at rest. Where /dev/kvm cannot be used the test is skipped, with the
   * reason.
   */
  KVM
}
