package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmParavirtual;

/**
 * What a guest says about being moved, by MSR_KVM_MIGRATION_CONTROL ({@link
 * KvmParavirtual#MSR_MIGRATION_CONTROL}) or, outside ring 0, by {@link
 * GuestPorts#MIGRATION_CONTROL}. Bit 0 says that it has announced all its shared pages and
 * announces every change; the other bits are reserved.
 *
 * <p>The VMM keeps this register: KVM does not. It begins at 0 for a guest whose memory is
 * encrypted, and at 1 for one whose memory is not, which has nothing to announce.
 *
 * <p>Thread-safe.
 *
 * <p>Source: the kernel's documentation of KVM-specific MSRs.
 */
public final class MigrationControl {

  /** Whether a guest may be moved, and if not, why. */
  public enum Readiness {
    /** It never said that it may: the host does not know which of its pages are shared. */
    SILENT,
    /** It said so. */
    READY,
    /** It said so and took it back, as a guest does before it starts another kernel. */
    WITHDRAWN
  }

  private final Books books;

  /** That of a guest, as its VMM's books have it. */
  MigrationControl(Books books) {
    this.books = books;
  }

  /** Whether a guest has nothing to announce is known before it says anything. */
  static MigrationControl begin(Books books, boolean encrypted) {
    books.readiness(encrypted ? Readiness.SILENT : Readiness.READY);
    return new MigrationControl(books);
  }

  public Readiness readiness() {
    return books.readiness();
  }

  public boolean isReady() {
    return readiness() == Readiness.READY;
  }

  /** The guest was ready where it comes from: no other is moved. It need not say so again. */
  public void takeOver() {
    books.readiness(Readiness.READY);
  }

  /** What the guest reads. */
  long value() {
    return isReady() ? KvmParavirtual.MIGRATION_READY : 0;
  }

  /** The guest writes; false, and nothing is changed, if it sets reserved bits. */
  boolean write(long value) {
    if ((value & ~(long) KvmParavirtual.MIGRATION_READY) != 0) {
      return false;
    }
    if (value != 0) {
      books.readiness(Readiness.READY);
    } else if (isReady()) {
      books.readiness(Readiness.WITHDRAWN);
    }
    return true;
  }

  /** The port form of the register. What sets reserved bits is not heard. */
  PortDevice port() {
    return new PortDevice() {
      @Override
      public int read() {
        return (int) value();
      }

      @Override
      public void write(int value) {
        MigrationControl.this.write(Integer.toUnsignedLong(value));
      }
    };
  }
}
