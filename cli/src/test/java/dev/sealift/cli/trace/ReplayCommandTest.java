package dev.sealift.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.TestRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("sealift replay")
class ReplayCommandTest {
  private static final String HEADER =
      """
      {"sealift-trace":1,"sealift":"0.1.0","hardware":true,"secrets":false,"platform":{"api":"1.55","build":21,"state":"INIT"}}
      """;
  private static final String STATUS =
      """
      {"call":1,"micros":10,"pid":7,"on":"/dev/sev","writable":true,"request":"0xc0105300","name":"SEV_PLATFORM_STATUS","argument":{"at":"m1+0xdf0","length":16},"command":1,"clear":true,"sevFd":5,"sevOpen":true,"data":{"at":"m1+0xdc4","length":12},"in":{},"result":0,"status":0,"out":{"api_major":1,"api_minor":55,"state":1,"flags":0,"build":21,"guest_count":0},"nanos":5}
      """;
  private static final String REGION =
      """
      {"call":2,"micros":20,"pid":7,"on":"vm1","writable":true,"request":"0x8010aebb","name":"KVM_MEMORY_ENCRYPT_REG_REGION","argument":{"at":"m1+0xd30","length":16},"in":{"addr":"m2+0x0","size":4096},"buffers":[{"name":"region","length":4096}],"result":-22,"errno":"EINVAL","nanos":5}
      """;
  private static final String RECEIVE =
      """
      {"call":3,"micros":30,"pid":7,"on":"vm1","writable":true,"request":"0xc008aeba","name":"KVM_SEV_INIT","argument":{"at":"m1+0xd00","length":24},"command":0,"clear":true,"sevFd":5,"sevOpen":true,"data":{"at":"0","length":0},"result":0,"status":0,"nanos":5}
      {"call":4,"micros":40,"pid":7,"on":"vm1","writable":true,"request":"0xc008aeba","name":"KVM_SEV_RECEIVE_START","argument":{"at":"m1+0xd00","length":24},"command":12,"clear":true,"sevFd":5,"sevOpen":true,"data":{"at":"m1+0xc00","length":40},"in":{"handle":0,"policy":0,"pdh_uaddr":"m3+0x10","pdh_len":2084,"session_uaddr":"m4+0x20","session_len":128},"buffers":[{"name":"PDH","length":2084},{"name":"session","length":128,"sha256":"00"}],"result":0,"status":0,"out":{"handle":9},"nanos":5}
      {"call":5,"micros":50,"pid":7,"on":"vm1","writable":true,"request":"0xc008aeba","name":"KVM_SEV_RECEIVE_FINISH","argument":{"at":"m1+0xd00","length":24},"command":15,"clear":true,"sevFd":5,"sevOpen":true,"data":{"at":"0","length":0},"result":0,"status":0,"nanos":5}
      """;
  private static final String WHOLE = HEADER + STATUS + "{\"calls\":1}\n";

  @TempDir private Path directory;

  /** A trace of one call. */
  static String status() {
    return WHOLE;
  }

  /** A trace of a guest that is received. */
  static String receive() {
    return HEADER
        + STATUS
        + REGION
        + RECEIVE
        + "{\"ended\":\"vm1\",\"micros\":60}\n{\"calls\":5}\n";
  }

  /** Replays under the tests' own root, which need not be made. */
  private Answer replay(String file, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("replay", file));
    words.addAll(List.of("--root", TestRoot.savedIn(directory).toString()));
    words.addAll(List.of(options));
    return Answer.to(words.toArray(String[]::new));
  }

  private Path file(String content) throws Exception {
    return Files.writeString(directory.resolve("trace"), content);
  }

  private void refused(String content, String words) throws Exception {
    Answer answer = replay(file(content).toString());
    assertThat(answer.code()).as(answer.out()).isEqualTo(2);
    assertThat(answer.err()).contains(words).contains(directory.toString());
    assertThat(answer.err().lines()).hasSize(1);
  }

  @Test
  @DisplayName("begins in the state that the trace began in")
  void beginsAsRecorded() throws Exception {
    Answer answer = replay(file(WHOLE.replace("\"flags\":0", "\"flags\":256")).toString());
    Answer other = replay(file(WHOLE.replace("\"state\":1", "\"state\":2")).toString());
    assertThat(answer.out()).doesNotContain("state was");
    assertThat(other.out()).contains("state was 2 (WORKING), is 1 (INIT)");
    assertThat(other.code()).isEqualTo(1);
  }

  @Test
  @DisplayName("names what a difference follows from: content that was not told, or an earlier one")
  void namesWhatFollows() throws Exception {
    Answer answer = replay(file(HEADER + STATUS + REGION + RECEIVE + "{\"calls\":5}\n").toString());
    assertThat(answer.code()).as(answer.err()).isEqualTo(1);
    assertThat(answer.out())
        .contains("(the trace does not tell the session, so it was random)")
        .contains("call 4 KVM_SEV_RECEIVE_START: session, 128 bytes, by random bytes")
        .containsPattern("call 5 vm1 KVM_SEV_RECEIVE_FINISH: .* \\(follows from call [0-9]\\)");
  }

  @Test
  @DisplayName("refuses in one sentence what is no trace, or none that can be used")
  void refusesOthers() throws Exception {
    refused("", "is no trace");
    refused("hello\n", "is no trace");
    refused("{}\n", "is no trace");
    refused(HEADER, "is cut short after line");
    refused(HEADER + STATUS, "is cut short after line");
    refused(HEADER + STATUS.substring(0, 100), "is damaged in line 2");
    refused(WHOLE.replace("\"sealift-trace\":1", "\"sealift-trace\":2"), "has trace format 2");
    refused(WHOLE + STATUS, "more behind the end");
    refused(HEADER + STATUS + "{\"calls\":2}\n", "counts other calls");
    refused(HEADER + STATUS.replace("\"call\":1", "\"call\":2"), "call 1 was expected");
    refused(WHOLE.replace("0xc0105300", "0xc0105301"), "no ioctl of SEV");
    refused(WHOLE.replace("\"out\":{", "\"out\":{\"more\":1,"), "has fields that");
    refused(
        HEADER + STATUS + REGION.replace("\"length\":4096}", "\"length\":9007199254740992}"),
        "longer than any memory");
    assertThat(replay(directory.toString()).code()).isEqualTo(2);
    assertThat(replay(directory.resolve("nothing").toString()).code()).isEqualTo(2);
    assertThat(Answer.to("replay").code()).isEqualTo(2);
  }

  @Tag("long")
  @Test
  @DisplayName("reads or refuses a file in which any byte was changed, and never anything else")
  void anyByte() throws Exception {
    byte[] whole = receive().getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      for (byte other : List.of((byte) '9', (byte) '"', (byte) '\n')) {
        byte[] changed = whole.clone();
        changed[at] = other;
        refused += isRead(Files.write(directory.resolve("changed"), changed)) ? 0 : 1;
      }
    }
    assertThat(refused).isBetween(whole.length, 3 * whole.length);
  }

  private static boolean isRead(Path file) {
    try (TraceReader reader = TraceReader.open(file)) {
      for (TraceEvent event = reader.next(); event != null; ) {
        event = reader.next();
      }
      return true;
    } catch (BadInput refused) {
      assertThat(refused).hasMessageContaining(file.toString());
      return false;
    }
  }
}
