package dev.sealift.crypto.launch;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.LaunchDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Everything that a VMM is expected to have measured, in the order in which QEMU does: the firmware
 * file, the table of kernel hashes, and for a guest with SEV-ES the registers (VMSA) of each vCPU.
 * Immutable.
 *
 * <p>Source: AMD publication 55766, LAUNCH_UPDATE_DATA and LAUNCH_UPDATE_VMSA; QEMU's documentation
 * of SEV.
 */
public final class LaunchImage {
  private static final int BLOCK = 16;

  private final List<byte[]> parts;

  private LaunchImage(List<byte[]> parts) {
    this.parts = parts;
  }

  /**
   * An image of memory, as a rule a firmware file.
   *
   * @throws MalformedLaunchException unless it consists of whole blocks of 16 bytes, as
   *     LAUNCH_UPDATE_DATA takes them
   */
  public static LaunchImage of(byte[] memory) throws MalformedLaunchException {
    if (memory.length == 0 || memory.length % BLOCK != 0) {
      throw new MalformedLaunchException(
          "memory is measured in whole blocks of 16 bytes, and this has " + memory.length);
    }
    return new LaunchImage(List.of(memory));
  }

  /** This image with a table of hashes behind it. */
  public LaunchImage with(KernelHashes hashes) {
    return with(hashes.table());
  }

  /**
   * This image with the registers of vCPUs behind it.
   *
   * @param first the first vCPU's page, 4096 bytes
   * @param others the page of each further vCPU
   * @param count how many vCPUs there are, at least 1
   * @throws MalformedLaunchException if a page has another size
   */
  public LaunchImage withVmsas(byte[] first, byte[] others, int count)
      throws MalformedLaunchException {
    if (count < 1) {
      throw new IllegalArgumentException("a guest has at least one vCPU");
    }
    LaunchImage image = withVmsa(first);
    if (count == 1) {
      return image;
    }
    checkVmsa(others);
    List<byte[]> all = new ArrayList<>(image.parts);
    all.addAll(Collections.nCopies(count - 1, others));
    return new LaunchImage(all);
  }

  /**
   * This image with the registers of one more vCPU behind it.
   *
   * @param vmsa 4096 bytes
   * @throws MalformedLaunchException if there are more or fewer
   */
  public LaunchImage withVmsa(byte[] vmsa) throws MalformedLaunchException {
    checkVmsa(vmsa);
    return with(vmsa);
  }

  /** The launch digest (LD), 32 bytes. */
  public byte[] digest() {
    LaunchDigest digest = new LaunchDigest();
    parts.forEach(digest::update);
    return digest.value();
  }

  private LaunchImage with(byte[] part) {
    List<byte[]> longer = new ArrayList<>(parts);
    longer.add(part);
    return new LaunchImage(longer);
  }

  private static void checkVmsa(byte[] page) throws MalformedLaunchException {
    if (page.length != Pages.SIZE) {
      throw new MalformedLaunchException("a VMSA has 4096 bytes, not " + page.length);
    }
  }
}
