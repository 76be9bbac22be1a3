package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.launch.KernelHashes;
import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.MalformedLaunchException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is expected to be measured.
 *
 * @param firmware the firmware file
 * @param kernel the hashes of kernel, initrd and command line, where the VMM measures them
 * @param vcpus the vCPUs' registers, where the guest has SEV-ES
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record ExpectedLaunch(
    byte[] firmware, @Nullable KernelHashes kernel, @Nullable ExpectedVcpus vcpus) {

  /** The launch digest. */
  byte[] digest() throws BadInput {
    try {
      LaunchImage image = LaunchImage.of(firmware);
      if (kernel != null) {
        image = image.with(kernel);
      }
      return (vcpus == null ? image : vcpus.appendTo(image)).digest();
    } catch (MalformedLaunchException e) {
      throw new BadInput("The firmware file is none: " + e.getMessage() + " bytes.", e);
    }
  }

  ExpectedLaunch with(@Nullable KernelHashes otherKernel) {
    return new ExpectedLaunch(firmware, otherKernel, vcpus);
  }

  ExpectedLaunch with(@Nullable ExpectedVcpus otherVcpus) {
    return new ExpectedLaunch(firmware, kernel, otherVcpus);
  }
}
