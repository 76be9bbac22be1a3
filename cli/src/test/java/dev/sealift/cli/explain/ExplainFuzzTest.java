package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.fuzz.FuzzFile;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.migration.wire.CapturedBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes that are to be explained")
class ExplainFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("explained-file", FuzzFile.inFile(ExplainFuzzTest::found))
            .refusing(BadInput.class)
            .allocating(256 << 20)
            .sampled(ExplainFuzzTest::addFiles),
        FuzzTarget.of("explained-as", FuzzFile.inFile(ExplainFuzzTest::asEverything))
            .allocating(256 << 20)
            .sampled(ExplainFuzzTest::addFiles),
        FuzzTarget.of("explained-word", ExplainFuzzTest::word)
            .refusing(BadInput.class)
            .allocating(64 << 20)
            .upTo(256)
            .speaking("0x", "INVALID_LEN", "EIO", "nodbg,", "api=", "SEND_START")
            .sampled(samples -> samples.put("status", bytes("INVALID_LEN"))));
  }

  /** Found out by its content. */
  private static void found(Path file) throws BadInput {
    check(ExplainCommand.tell(List.of(file.toString()), Context.NONE));
  }

  /** Whatever it is said to be, it is explained as that or refused. */
  private static void asEverything(Path file) throws BadInput {
    Thing thing = Thing.of(file.toString());
    Context context = new Context(KnownCommand.require("SEND_UPDATE_DATA"));
    for (Topic topic : Topics.ALL) {
      try {
        print(topic.explain(thing, context).page());
      } catch (BadInput refused) {
        print(String.valueOf(refused.getMessage()));
      }
    }
  }

  private static void word(byte[] input) throws BadInput {
    check(ExplainCommand.tell(List.of(new String(input, StandardCharsets.UTF_8)), Context.NONE));
  }

  private static void check(ExplainCommand.Told told) {
    print(told.page());
  }

  private static void print(String page) {
    Promise.holds(
        page.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'), "it is printable");
  }

  private static void addFiles(Map<String, byte[]> samples) throws IOException {
    Path crypto = Path.of("..", "crypto", "src", "test", "resources", "dev", "sealift", "crypto");
    Path moves =
        Path.of("..", "migration", "src", "test", "resources", "dev", "sealift", "migration");
    Path traces =
        Path.of("src", "test", "resources", "dev", "sealift", "cli", "trace", "corpus", "trace");
    samples.put("chain", read(crypto.resolve("cert/corpus/certificate-chain/sound-chain")));
    samples.put("session", read(crypto.resolve("corpus/session/sound-session")));
    samples.put("packet", read(crypto.resolve("corpus/packet-header/sound-header")));
    samples.put("report", read(crypto.resolve("launch/corpus/attestation-report/sound-report")));
    samples.put("receipt", read(moves.resolve("corpus/receipt/sound-by-destination")));
    samples.put("journal", read(moves.resolve("corpus/journal/sound-three-steps")));
    samples.put("trace", read(traces.resolve("sound-receive")));
    samples.put("frame", CapturedBytes.of(Messages.ALL.getLast()));
    samples.put("buffer", new byte[52]);
  }

  private static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
