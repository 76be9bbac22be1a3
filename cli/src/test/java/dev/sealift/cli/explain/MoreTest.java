package dev.sealift.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.Answer;
import dev.sealift.cli.Failure;
import dev.sealift.cli.reference.SystemCall;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a refusal says of where more is said")
class MoreTest {
  private static final OneTool TOOL = new OneTool();
  private static final String PREFIX = "More: sealift ";

  private static void runs(String line) {
    assertThat(line).startsWith(PREFIX + "explain ");
    Answer answer = TOOL.answer(List.of(line.substring(PREFIX.length()).split(" ")));
    assertThat(answer.code()).as(line + ": " + answer.err()).isZero();
    assertThat(answer.out()).as(line).contains("Cause", "Next");
  }

  @Test
  @DisplayName("every status, errno, failure and exit code has its cause and what to do next")
  void everyAnswer() {
    List<String> all = new ArrayList<>();
    Arrays.stream(FirmwareStatus.values()).forEach(status -> all.add("status " + status));
    ErrnoTopic.NAMED.forEach(errno -> all.add("errno " + errno));
    Arrays.stream(FailureCode.values()).forEach(code -> all.add("failure " + code));
    List.of(0, 1, 2).forEach(code -> all.add("exit " + code));

    AnswerTable table = AnswerTable.load();

    assertThat(table.keys()).containsExactlyInAnyOrderElementsOf(all);
    for (String key : all) {
      AnswerTable.Row row = table.find(key.split(" ")[0], key.split(" ")[1]);
      assertThat(row).as(key).isNotNull();
      assertThat(List.of(row.cause(), row.next())).as(key).allMatch(words -> words.endsWith("."));
      assertThat(row.means().isEmpty()).as(key).isEqualTo(key.matches("(status|errno) .*"));
    }
  }

  @Test
  @DisplayName("the table of causes names only commands that exist")
  void causesNameCommands() {
    AnswerTable table = AnswerTable.load();

    for (String key : table.keys()) {
      for (AnswerTable.Reason reason : table.find(key.split(" ")[0], key.split(" ")[1]).reasons()) {
        assertThat(reason.commands())
            .as(key)
            .allMatch(name ->
                KnownCommand.find(name).filter(known -> known.name().equals(name)).isPresent()
                    || List.of("CERT_EXPORT").contains(name));
      }
    }
  }

  @Test
  @DisplayName("every line that the tool can print runs")
  void everyLineRuns() {
    for (FirmwareStatus status : FirmwareStatus.values()) {
      runs(More.line("KVM_SEV_SEND_START", Errno.EIO, status).orElseThrow());
    }
    for (Errno errno : ErrnoTopic.NAMED) {
      runs(More.line("SEV_PLATFORM_STATUS", errno, null).orElseThrow());
      runs(More.line("KVM_RUN", errno, null).orElseThrow());
    }
    runs(More.line("mmap", new Errno(4000), null).orElseThrow());
    for (FailureCode code : FailureCode.values()) {
      runs(More.line(code));
      runs(More.line(new MigrationException(code, "so it is")).orElseThrow());
    }
    for (SystemCall call : SystemCall.ALL) {
      runs(More.line(call.name(), Errno.EIO, FirmwareStatus.INVALID_LEN).orElseThrow());
    }
    runs(More.line("KVM_MEMORY_ENCRYPT_REG_REGION", Errno.ENOMEM, null).orElseThrow());
  }

  @Test
  @DisplayName(
      "what is deepest behind a failure is what is named; where nothing is, there is no line")
  void deepest() {
    var refused =
        new MigrationException(
            FailureCode.HOST_FAILED,
            "the host failed",
            FirmwareStatus.INVALID_GUEST_STATE,
            new IllegalStateException());

    assertThat(More.line(new Failure("it failed", refused)))
        .contains("More: sealift explain HOST_FAILED INVALID_GUEST_STATE");
    assertThat(More.line(new Failure("it failed"))).isEqualTo(Optional.empty());
  }
}
