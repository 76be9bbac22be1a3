package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where a platform's credentials or a receipt are due")
class ReceiptFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("credentials", ReceiptFuzzTest::readCredentials)
            .refusing(MalformedCertificateException.class)
            .allocating(4 << 20)
            .sampled(samples -> samples.put("platform", receipt().statement().source().encode())),
        FuzzTarget.of("statement", ReceiptFuzzTest::readStatement)
            .refusing(MalformedReceiptException.class)
            .sampled(samples -> samples.put("moved", receipt().statement().encode())),
        FuzzTarget.of("receipt", ReceiptFuzzTest::readReceipt)
            .refusing(MalformedReceiptException.class)
            .allocating(8 << 20)
            .sampled(ReceiptFuzzTest::addReceipts));
  }

  /** Read and judged; only what each of its platforms believes of itself is believed. */
  private static void readCredentials(byte[] input) throws Exception {
    PlatformCredentials credentials = PlatformCredentials.decode(input);
    Promise.holds(input, credentials.encode(), "credentials have one form");
    Verdict verdict =
        MovePolicy.trusting(RootOfTrust.of(credentials.chain().ark()))
            .evaluate("the source", credentials, credentials.chain(), new GuestPolicy(1));
    verdict.faults();
  }

  private static void readStatement(byte[] input) throws Exception {
    Statement statement = Statement.decode(input);
    Promise.holds(input, statement.encode(), "a statement has one form");
    Promise.holds(statement.memoryBytes() > 0, "a guest has memory");
    Promise.holds(statement.equals(Statement.decode(input)), "a statement equals itself");
  }

  /** Read, written, and held against every rule by one who believes the roots in it. */
  private static void readReceipt(byte[] input) throws Exception {
    Receipt receipt = Receipt.decode(input);
    Promise.holds(input, receipt.encode(), "a receipt has one form");
    Statement statement = receipt.statement();
    var check =
        new ReceiptCheck(
            List.of(
                RootOfTrust.of(statement.source().chain().ark()),
                RootOfTrust.of(statement.destination().chain().ark())));
    check.verify(receipt, null).faults();
  }

  private static void addReceipts(Map<String, byte[]> samples) throws Exception {
    Receipt whole = receipt();
    samples.put("by-both", whole.encode());
    samples.put(
        "by-destination", new Receipt(whole.statement(), whole.destinationReport(), null).encode());
  }

  /** That of a move. */
  private static Receipt receipt() throws Exception {
    ReceiptTest move = new ReceiptTest();
    move.move();
    move.close();
    return move.receipt;
  }
}
