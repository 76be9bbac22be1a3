package dev.sealift.cli.receipt;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VmmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt says, and what came of checking it: the object that {@code --json} prints.
 *
 * @param verified whether every rule is kept; null where none was tried
 * @param move the move's name in both journals
 * @param guest which guest
 * @param source where it ran before
 * @param destination where it runs since
 * @param transfer what went over
 * @param times when what happened, ISO 8601
 * @param rules each with its finding; null where none was tried
 */
@JsonPropertyOrder({
  "verified",
  "move",
  "guest",
  "source",
  "destination",
  "transfer",
  "times",
  "rules"
})
record ReceiptReport(
    @Nullable Boolean verified,
    String move,
    Guest guest,
    Platform source,
    Platform destination,
    Transfer transfer,
    Times times,
    @Nullable List<Verdict.Rule> rules) {
  private static final HexFormat HEX = HexFormat.of();

  /**
   * The guest.
   *
   * @param name null where its configuration cannot be read
   * @param policy in words
   * @param launchDigest as the source's firmware vouches for it; null where the source did not sign
   */
  record Guest(
      @Nullable String name,
      long memoryBytes,
      String policy,
      long policyWord,
      @Nullable String launchDigest) {}

  /**
   * One of the two platforms.
   *
   * @param chipId what GET_ID answered there
   * @param chipKey fingerprint of its CEK
   * @param ownerKey fingerprint of its OCA
   * @param firmware which firmware it said it ran
   * @param emulated whether its Secure Processor is software
   * @param signed whether it signed the receipt
   */
  record Platform(
      String chipId,
      String chipKey,
      String ownerKey,
      String firmware,
      boolean emulated,
      boolean signed) {}

  /** What went over. */
  record Transfer(int rounds, long packets, long pages, long sharedPages, String manifest) {}

  /** When what happened; the last one by the destination's clock, the others by the source's. */
  record Times(String began, String paused, String finished, String running) {}

  static ReceiptReport of(Receipt receipt, @Nullable Verdict verdict) {
    Statement statement = receipt.statement();
    AttestationReport source = receipt.sourceReport();
    GuestPolicy policy = new GuestPolicy(statement.policy());
    return new ReceiptReport(
        verdict == null ? null : verdict.holds(),
        statement.move().toString(),
        new Guest(
            name(statement.configuration()),
            statement.memoryBytes(),
            policy.toString(),
            Integer.toUnsignedLong(statement.policy()),
            source == null ? null : HEX.formatHex(source.launchDigest())),
        platform(statement.source(), statement.sourceEmulated(), source != null),
        platform(statement.destination(), statement.destinationEmulated(), true),
        new Transfer(
            statement.rounds(),
            statement.packets(),
            statement.pages(),
            statement.sharedPages(),
            HEX.formatHex(statement.manifest())),
        new Times(
            statement.times().began().toString(),
            statement.times().paused().toString(),
            statement.times().finished().toString(),
            statement.times().running().toString()),
        verdict == null ? null : verdict.rules());
  }

  private static @Nullable String name(byte[] configuration) {
    try {
      return GuestConfiguration.decode(configuration).name();
    } catch (VmmException unreadable) {
      return null;
    }
  }

  private static Platform platform(
      PlatformCredentials credentials, boolean emulated, boolean signed) {
    return new Platform(
        HEX.formatHex(credentials.chipId()),
        fingerprint(credentials.chain().cek()),
        fingerprint(credentials.chain().oca()),
        credentials.firmware().toString(),
        emulated,
        signed);
  }

  private static String fingerprint(SevCertificate certificate) {
    try {
      return certificate.keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "no usable key";
    }
  }
}
