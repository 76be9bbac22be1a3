package dev.sealift.testkit;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.PseudoRandomWriter;

/**
 * A guest to be launched.
 *
 * @param name what it is called
 * @param memoryBytes its memory
 * @param policy what its owner allows to be done with it
 * @param workload what it runs
 */
public record GuestSpec(String name, long memoryBytes, GuestPolicy policy, String workload) {
  private static final long SMALL_HOT_PAGES = 64;

  /**
   * A guest that writes all the time, and every byte of whose memory can be proved ({@link
   * TestHost#prove}). 64 of its pages are hot.
   *
   * @param memoryBytes 8 MiB to 3 GiB, a multiple of 2 MiB
   * @throws IllegalArgumentException if the memory has another size
   */
  public static GuestSpec writer(String name, long memoryBytes) {
    return writer(name, memoryBytes, SMALL_HOT_PAGES);
  }

  /**
   * The same with a hot set of another size.
   *
   * @param hotPages pages that it writes to all the time: a power of two
   */
  public static GuestSpec writer(String name, long memoryBytes, long hotPages) {
    var plan = new PseudoRandomWriter.Plan(memoryBytes, hotPages);
    return new GuestSpec(name, memoryBytes, new GuestPolicy(0), plan.workload());
  }

  /**
   * A guest that never writes.
   *
   * @param memoryBytes 1 MiB to 3 GiB, a multiple of 2 MiB where it runs on {@link Ground#KVM}
   */
  public static GuestSpec idle(String name, long memoryBytes) {
    return new GuestSpec(name, memoryBytes, new GuestPolicy(0), IdleGuest.WORKLOAD);
  }

  /** The same guest under another policy; with {@link GuestPolicy.Flag#ES} it has SEV-ES. */
  public GuestSpec with(GuestPolicy.Flag... flags) {
    return new GuestSpec(name, memoryBytes, GuestPolicy.of(flags), workload);
  }
}
