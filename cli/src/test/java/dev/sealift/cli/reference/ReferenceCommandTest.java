package dev.sealift.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.cli.Answer;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The reference as a person asks for it on the command line. */
class ReferenceCommandTest {

  private static Answer ask(String... arguments) {
    return Answer.to(
        Stream.concat(Stream.of("reference"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  static List<String> commands() {
    return FirmwareInterface.load().commands().stream().map(row -> row.command().name()).toList();
  }

  @Test
  @DisplayName("without a command all are listed: the firmware's, KVM's and those of /dev/sev")
  void list() {
    Answer answer = ask();

    assertThat(answer.code()).isZero();
    assertThat(answer.out())
        .contains(commands())
        .contains("0x41  SEND_UPDATE_DATA", "Seals memory of a guest for its journey.")
        .contains("KVM_MEMORY_ENCRYPT_OP on a virtual machine", "9  KVM_SEV_SEND_UPDATE_DATA")
        .contains("SEV_ISSUE_CMD on /dev/sev", "SEV_PDH_CERT_EXPORT");
    assertFits(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SEND_UPDATE_DATA",
        "send-update-data",
        "Send_Update-Data",
        "0x41",
        "0X41",
        "41",
        "KVM_SEV_SEND_UPDATE_DATA",
        "kvm-sev-send-update-data-batch"
      })
  @DisplayName("a command is found by its name or number, however it is written")
  void names(String asked) {
    assertThat(ask(asked).out()).startsWith("0x41 SEND_UPDATE_DATA");
  }

  @Test
  @DisplayName("a command of the kernel's is answered with the firmware's behind it")
  void kernelNames() {
    assertThat(ask("factory-reset").out()).startsWith("0x03 PLATFORM_RESET");
    assertThat(ask("KVM_SEV_GET_ATTESTATION_REPORT").out()).startsWith("0x36 ATTESTATION");
    assertThat(ask("get_id2").out()).startsWith("0x0C GET_ID");
  }

  @Test
  @DisplayName("a page says states, layout, checks in order with their answers, effect and calls")
  void page() {
    Answer answer = ask("send-update-data");

    assertThat(answer.code()).isZero();
    assertThat(answer.out())
        .containsSubsequence(
            "0x41 SEND_UPDATE_DATA",
            "Seals memory of a guest for its journey.",
            "must be in WORKING",
            "must be in SUPDATE",
            "sev_data_send_update_data, 52 bytes",
            "  offset  size  field",
            "  0x00       4  handle              in",
            "0x04       4  -                   reserved",
            "hdr_len             in, out",
            "trans_len           in",
            "   1  the platform is in another state",
            "INVALID_PLATFORM_STATE (0x01)",
            "INVALID_LEN (0x04)",
            "then hdr_len := 52",
            "Effect      Reads under the guest's key",
            "no other state, but for what the effect says",
            "KVM_SEV_SEND_UPDATE_DATA, command 9 of the ioctl KVM_MEMORY_ENCRYPT_OP",
            "struct kvm_sev_send_update_data, 48 bytes",
            "KVM_SEV_SEND_UPDATE_DATA_BATCH, command 0x5EA0",
            "mainline answers EINVAL");
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("every command has a page, which says all that its row says")
  void everyCommand(String command) {
    CommandRow row =
        FirmwareInterface.load().commands().stream()
            .filter(candidate -> candidate.command().name().equals(command))
            .findFirst()
            .orElseThrow();
    for (String profile : List.of("default", "shipped", "specification")) {
      Answer answer = ask(command, "--profile", profile);
      assertThat(answer.code()).isZero();
      assertThat(answer.err()).isEmpty();
      assertFits(answer);
      String words = answer.out().replaceAll("\\s+", " ");
      assertThat(words).contains(row.purpose(), row.effect());
      row.guestAfter().ifPresent(state -> assertThat(words).contains("the guest is in " + state));
      row.platformStates().forEach(state -> assertThat(words).contains(state.name()));
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("a layout tells every byte of the buffer, reserved ones too")
  void layouts(String command) {
    JsonNode buffer = ask(command, "--json").json().path("buffer");
    assertWhole(buffer);
    for (JsonNode call : ask(command, "--json").json().get("systemCalls")) {
      assertWhole(call.path("struct"));
    }
  }

  private static void assertWhole(JsonNode struct) {
    if (struct.isMissingNode()) {
      return;
    }
    int end = 0;
    for (JsonNode part : struct.get("parts")) {
      assertThat(part.get("offset").asInt()).isEqualTo(end);
      end += part.get("size").asInt();
    }
    assertThat(end).isEqualTo(struct.get("size").asInt());
  }

  @Test
  @DisplayName("the checks are those of the firmware that was asked for, in the table's order")
  void profiles() {
    assertThat(faults("default")).doesNotContain("guest_len is below 48");
    assertThat(faults("shipped")).isNotEqualTo(faults("default"));
    assertThat(ask("PEK_CSR", "--profile", "specification", "--api", "0.17").out())
        .contains("the platform has guests [without PEK_CSR_WHILE_WORKING]");
    assertThat(ask("PEK_CSR", "--profile", "specification", "--api", "0.24").out())
        .doesNotContain("the platform has guests")
        .contains("(1 more that other firmware makes)");
  }

  private static List<String> faults(String profile) {
    return ask("SEND_UPDATE_DATA", "--profile", profile, "--json")
        .json()
        .get("checks")
        .valueStream()
        .map(check -> check.get("fault").asString())
        .toList();
  }

  @Test
  @DisplayName("for machines there is one JSON object, of a command or of all")
  void json() {
    JsonNode command = ask("0x40", "--json", "--profile", "shipped", "--api", "0.24").json();
    assertThat(command.get("command").asString()).isEqualTo("SEND_START");
    assertThat(command.get("id").asInt()).isEqualTo(0x40);
    assertThat(command.get("firmware").get("profile").asString()).isEqualTo("shipped");
    assertThat(command.get("firmware").get("api").asString()).isEqualTo("0.24");
    assertThat(command.get("guestAfter").asString()).isEqualTo("SUPDATE");
    assertThat(command.has("platformAfter")).isFalse();
    JsonNode first = command.get("checks").get(0);
    assertThat(first.get("status").asString()).isEqualTo("INVALID_PLATFORM_STATE");
    assertThat(first.get("code").asInt()).isEqualTo(1);

    JsonNode all = ask("--json").json();
    assertThat(all.get("firmware").size()).isEqualTo(commands().size());
    assertThat(all.get("systemCalls").size()).isEqualTo(SystemCall.ALL.size());
  }

  @Test
  @DisplayName("a name that does not exist is answered with the nearest ones, in a sentence")
  void unknownName() {
    Answer typo = ask("send-updte-data");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.out()).isEmpty();
    assertThat(typo.err().strip().lines())
        .singleElement()
        .asString()
        .contains("send-updte-data", "SEND_UPDATE_DATA");

    assertThat(ask("update_vmsa").err())
        .contains("LAUNCH_UPDATE_VMSA", "SEND_UPDATE_VMSA", "RECEIVE_UPDATE_VMSA");
    assertThat(ask("KVM_SEV_LAUNCH_STRT").err()).contains("LAUNCH_START");
    assertThat(ask("sendupdate").err()).contains("are SEND_UPDATE_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x99", "0x1041", "0x", "", "-1x", "65536"})
  @DisplayName("a number that does not exist is a bad command, too")
  void unknownNumber(String number) {
    Answer answer = ask("--", number);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains("There is no command").doesNotContain("\tat ");
  }

  @Test
  @DisplayName("firmware that is not known is a bad option")
  void unknownFirmware() {
    Answer api = ask("INIT", "--api", "2.0");
    assertThat(api.code()).isEqualTo(2);
    assertThat(api.err()).contains("--api", "0.17, 0.24, 1.55").doesNotContain("\tat ");

    Answer profile = ask("INIT", "--profile", "best");
    assertThat(profile.code()).isEqualTo(2);
    assertThat(profile.err()).contains("--profile", "best");
  }

  @Test
  @DisplayName("every command of the kernel that asks the firmware is there, under its number")
  void everySystemCall() {
    Stream<String> vm =
        Arrays.stream(SevCommand.values())
            // Those of SEV-SNP, and one that no kernel serves.
            .filter(id -> !id.name().startsWith("SNP_") && id != SevCommand.CERT_EXPORT)
            .map(id -> "KVM_SEV_" + id + " " + id.id());
    Stream<String> batches =
        Arrays.stream(SevExtension.values()).map(id -> "KVM_SEV_" + id + " " + id.id());
    Stream<String> device =
        Arrays.stream(SevDeviceCommand.values())
            .filter(id -> !id.name().startsWith("SNP_"))
            .map(id -> "SEV_" + id + " " + id.id());

    assertThat(SystemCall.ALL.stream().map(call -> call.name() + " " + call.id()))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(vm, batches, device).flatMap(names -> names).toList());
  }

  private static void assertFits(Answer answer) {
    assertThat(answer.out().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
  }
}
