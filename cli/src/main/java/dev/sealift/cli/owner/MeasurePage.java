package dev.sealift.cli.owner;

import dev.sealift.cli.Lines;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.launch.KernelHashes;
import dev.sealift.crypto.launch.ReportedMeasurement;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and what came of it.
 *
 * @param parts everything that is measured, in its order
 * @param digest the launch digest in hexadecimal
 * @param policy the guest's policy
 * @param platform the platform's firmware
 * @param mac the measurement's MAC in hexadecimal
 * @param nonce the platform's nonce in hexadecimal
 * @param measurement MAC and nonce in base64, as QEMU and libvirt show them
 * @param reported what the platform reports, in base64
 * @param matches whether both are the same
 * @param hint which other launch would match
 * @param notes what a VMM would object to
 */
record MeasurePage(
    List<Part> parts,
    String digest,
    @Nullable String policy,
    @Nullable String platform,
    @Nullable String mac,
    @Nullable String nonce,
    @Nullable String measurement,
    @Nullable String reported,
    @Nullable Boolean matches,
    @Nullable String hint,
    List<String> notes) {

  /**
   * Something that is measured.
   *
   * @param part what it is
   * @param sha256 hash of its file or page, in hexadecimal
   * @param about what else is known of it
   */
  record Part(String part, String sha256, String about) {}

  static MeasurePage of(ExpectedLaunch launch, byte[] digest, List<String> notes) {
    return new MeasurePage(
        parts(launch), hex(digest), null, null, null, null, null, null, null, null, notes);
  }

  MeasurePage with(GuestPolicy of, NearMiss.Platform on, ReportedMeasurement expected) {
    return new MeasurePage(
        parts,
        digest,
        of.toString(),
        on.toString(),
        hex(expected.mac()),
        hex(expected.nonce()),
        expected.base64(),
        null,
        null,
        null,
        notes);
  }

  MeasurePage compared(ReportedMeasurement with, boolean same, @Nullable String nearMiss) {
    return new MeasurePage(
        parts,
        digest,
        policy,
        platform,
        mac,
        nonce,
        measurement,
        with.base64(),
        same,
        nearMiss,
        notes);
  }

  private static List<Part> parts(ExpectedLaunch launch) {
    List<Part> parts = new ArrayList<>();
    parts.add(part("firmware", launch.firmware(), launch.firmware().length + " bytes"));
    KernelHashes kernel = launch.kernel();
    if (kernel != null) {
      parts.add(new Part("command line", hex(kernel.commandLine()), "with the zero at its end"));
      parts.add(
          new Part(
              "initrd",
              hex(kernel.initrd()),
              MessageDigest.isEqual(kernel.initrd(), KernelHashes.hashOfNothing())
                  ? "there is none"
                  : ""));
      parts.add(new Part("kernel", hex(kernel.kernel()), ""));
    }
    ExpectedVcpus vcpus = launch.vcpus();
    if (vcpus != null) {
      parts.add(part("vCPU 0", vcpus.first(), vcpus.origin()));
      if (vcpus.count() > 1) {
        String others = vcpus.count() == 2 ? "vCPU 1" : "vCPUs 1-" + (vcpus.count() - 1);
        parts.add(part(others, vcpus.others(), ""));
      }
    }
    return parts;
  }

  String words() {
    Lines lines = new Lines(OwnerPages.COLUMN);
    for (Part part : parts) {
      String about = part.about().isEmpty() ? "" : "  (" + part.about() + ")";
      lines.line(part.part(), "sha256 " + part.sha256() + about);
    }
    lines.line("digest", digest);
    lines.line("policy", String.valueOf(policy));
    lines.line("platform", String.valueOf(platform));
    lines.line("nonce", String.valueOf(nonce));
    lines.line("MAC", String.valueOf(mac));
    lines.line("measurement", String.valueOf(measurement));
    notes.forEach(note -> lines.line("note", note));
    if (matches != null) {
      lines.line("reported", String.valueOf(reported)).blank();
      lines.sentence(matches ? "MATCHES: the platform launched what is listed above." : fault());
    }
    return lines.toString();
  }

  private String fault() {
    String known =
        hint == null
            ? "No single likely difference explains it."
            : "It is the measurement of the same launch " + hint + ".";
    return "DOES NOT MATCH: this is not the launch that is listed above, so hand no secret over. "
        + known
        + " What could differ: each file (compare the hashes with those of the files on the host),"
        + " the command line, the number and model of vCPUs, the policy, the platform's API"
        + " version and build (it may have been updated), and the TIK, which is of another session"
        + " if the guest was launched with other files.";
  }

  private static Part part(String name, byte[] bytes, String about) {
    try {
      return new Part(name, hex(MessageDigest.getInstance("SHA-256").digest(bytes)), about);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
