package dev.sealift.cli.process;

import dev.sealift.cli.Failure;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes on the standard input of a host process")
class OrderFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        target("demo-order", "dev.sealift.cli.demo.HostOrder", DEMO),
        target("bench-order", "dev.sealift.cli.bench.BenchOrder", BENCH));
  }

  private static FuzzTarget target(String name, String orders, Map<String, String> sound) {
    return FuzzTarget.of(name, input -> read(Class.forName(orders), input))
        .refusing(Failure.class)
        .allocating(8 << 20)
        .speaking("\"order\":", "{", "}", "[", "]", "null", "\n", "1e999", "\\u001b", "-", ",")
        .sampled(samples ->
            sound.forEach(
                (kind, line) -> samples.put(kind, line.getBytes(StandardCharsets.UTF_8))));
  }

  private static <O> void read(Class<O> orders, byte[] input) throws Failure {
    var conversation =
        new HostConversation<O, ProcessEvent>(orders, new ByteArrayInputStream(input));
    while (conversation.next() != null) {
      // The next one.
    }
  }

  private static final Map<String, String> DEMO =
      Map.of(
          "prepare", "{\"order\":\"prepare\",\"password\":\"p\"}\n",
          "launch",
              "{\"order\":\"launch\",\"memoryBytes\":8388608,\"hotPages\":4,\"policy\":1,"
                  + "\"ownerCertificate\":\"AAAA\",\"session\":\"BBBB\"}\n",
          "run", "{\"order\":\"run\"}\n{\"order\":\"prove\"}\n",
          "migrate", "{\"order\":\"migrate\",\"port\":1,\"downtimeMillis\":50}\n");

  private static final Map<String, String> BENCH =
      Map.of(
          "launch", "{\"order\":\"launch\",\"memoryBytes\":8388608,\"hotPages\":4}\n",
          "move", "{\"order\":\"move\",\"port\":1,\"onePageACall\":true,\"downtimeMillis\":50}\n",
          "receive", "{\"order\":\"receive\"}\n");
}
