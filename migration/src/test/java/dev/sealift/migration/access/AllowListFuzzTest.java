package dev.sealift.migration.access;

import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes where a list of allowed peers is due")
class AllowListFuzzTest implements FuzzSuite {
  private static final String LIST =
      """
      # who may do what
      key sha256:%s send,receive
      key sha256:%s receive web-*,db-1
      name host-b.example send
      """
          .formatted("0".repeat(64), "a1".repeat(32));

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("peer-list", AllowListFuzzTest::read)
            .refusing(AllowList.MalformedException.class)
            .allocating(32 << 20)
            .speaking("key ", "name ", "send", "receive", "sha256:", "*", ",", "#", "\t", "\r\n")
            .sampled(samples -> samples.put("list", LIST.getBytes(StandardCharsets.UTF_8))));
  }

  /** Whatever is refused is refused in one line, and says where. */
  private static void read(byte[] input) throws Exception {
    try {
      AllowList.parse("peers", input);
    } catch (AllowList.MalformedException refused) {
      Promise.holds(
          String.valueOf(refused.getMessage()).lines().count() == 1
              && refused.getMessage().chars().noneMatch(Character::isISOControl),
          "a refusal is one printable line");
      throw refused;
    }
  }
}
