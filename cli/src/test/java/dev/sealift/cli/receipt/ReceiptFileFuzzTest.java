package dev.sealift.cli.receipt;

import dev.sealift.cli.BadInput;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Any bytes in a receipt's file")
class ReceiptFileFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("receipt-shown", FuzzFile.inFile(ReceiptFileFuzzTest::show))
            .refusing(BadInput.class)
            .allocating(16 << 20)
            .sampled(ReceiptFileFuzzTest::add));
  }

  /** In words and as JSON; what is in it of two hosts nobody knows is not for the terminal. */
  private static void show(Path file) throws BadInput {
    Receipt receipt = ReceiptFile.read(file);
    var check =
        new ReceiptCheck(List.of(RootOfTrust.of(receipt.statement().source().chain().ark())));
    ReceiptReport report = ReceiptReport.of(receipt, check.verify(receipt, null));
    Promise.holds(
        ReceiptPage.of(report).chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'),
        "it is printable");
    Promise.holds(
        JsonMapper.shared().readTree(JsonMapper.shared().writeValueAsString(report)).isObject(),
        "it is an object");
  }

  private static void add(Map<String, byte[]> samples) throws Exception {
    Path corpus =
        Path.of("..", "migration", "src", "test", "resources", "dev", "sealift", "migration");
    samples.put("by-both", Files.readAllBytes(corpus.resolve("corpus/receipt/sound-by-both")));
  }
}
