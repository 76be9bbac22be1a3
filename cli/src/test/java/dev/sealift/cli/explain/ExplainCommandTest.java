package dev.sealift.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.cli.Answer;
import dev.sealift.cli.reference.SystemCall;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.firmware.CommandRow;
import dev.sealift.firmware.FirmwareInterface;
import dev.sealift.migration.wire.CapturedBytes;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift explain")
class ExplainCommandTest {
  private static final Path CORPUS =
      Path.of("..", "crypto", "src", "test", "resources", "dev", "sealift", "crypto");
  private static final Path OF_MOVES =
      Path.of(
          "..", "migration", "src", "test", "resources", "dev", "sealift", "migration", "corpus");

  private static final OneTool TOOL = new OneTool();

  @TempDir private Path directory;

  private static JsonNode explained(String... what) {
    Answer answer = told(what);
    assertThat(answer.out().lines()).hasSize(1);
    assertThat(answer.json().get("explained")).as(answer.out()).hasSize(1);
    return answer.json().get("explained").get(0);
  }

  private static Answer told(String... what) {
    List<String> arguments = new ArrayList<>(List.of("explain"));
    arguments.addAll(List.of(what));
    Answer words = TOOL.answer(arguments);
    assertThat(words.code()).as(words.err()).isZero();
    assertThat(words.out().lines().filter(line -> !line.matches(".*/.*|  sealift explain .*")))
        .allMatch(line -> line.length() <= 100);
    arguments.add("--json");
    return TOOL.answer(arguments);
  }

  private String file(byte[] content) throws IOException {
    return Files.write(directory.resolve("file"), content).toString();
  }

  @Test
  @DisplayName("a status says which checks of a command give it, and what would have been legal")
  void status() {
    JsonNode told = explained("INVALID_GUEST_STATE", "--command", "KVM_SEV_SEND_UPDATE_DATA");

    assertThat(told.get("kind").asString()).isEqualTo("status");
    assertThat(told.get("code").asInt()).isEqualTo(FirmwareStatus.INVALID_GUEST_STATE.code());
    assertThat(told.get("reasons").get(0).get("faults").get(0).asString())
        .isEqualTo("the guest is in another state");
    assertThat(told.get("served").asString()).contains("the guest in SUPDATE");
    assertThat(told.get("legal"))
        .anySatisfy(row -> {
          assertThat(row.get("state").asString()).isEqualTo(GuestState.RUNNING.name());
          assertThat(row.get("commands").toString()).contains("SEND_START");
        })
        .anySatisfy(row -> {
          assertThat(row.get("state").asString()).isEqualTo(GuestState.UNINIT.name());
          assertThat(row.get("commands").toString()).contains("LAUNCH_START", "RECEIVE_START");
        });
  }

  @Test
  @DisplayName("what is written back beside a status is said with the check")
  void writtenBack() {
    Answer answer = Answer.to("explain", "INVALID_LEN", "--command", "0x08");

    assertThat(answer.out())
        .contains("pdh_cert_len is below 2084 (then pdh_cert_len := 2084, cert_chain_len");
  }

  @Test
  @DisplayName("an errno is told in the context of the command that gave it")
  void errno() {
    assertThat(explained("errno", "EIO", "--command", "SEND_START").get("reasons").toString())
        .contains("INVALID_GUEST_STATE", "POLICY_FAILURE")
        .doesNotContain("ASID_OWNED");
    assertThat(explained("errno", "22", "--command", "send-update-data").get("reasons").toString())
        .contains("longer than a page");
    assertThat(explained("ENOMEM").get("cause").asString()).contains("locked memory");
    assertThat(explained("errno", "4000").get("name").asString()).isEqualTo("errno 4000");
  }

  @Test
  @DisplayName("a failure of a move is told by the name that the message has")
  void failure() {
    assertThat(explained("GUEST_REFUSED").get("next").asString()).contains("sealift doctor");
  }

  @Test
  @DisplayName("what may be several things is listed, each with a command line that works")
  void ambiguous() {
    for (String open : List.of("0x23", "2", "INIT")) {
      Answer answer = told(open);

      assertThat(answer.json().get("explained")).isEmpty();
      assertThat(answer.json().get("candidates")).hasSizeGreaterThan(1);
      for (JsonNode candidate : answer.json().get("candidates")) {
        String line = candidate.get("command").asString();
        assertThat(line).startsWith("sealift explain " + candidate.get("kind").asString());
        assertThat(TOOL.answer(List.of(line.substring("sealift ".length()).split(" "))).code())
            .isZero();
      }
    }
  }

  @Test
  @DisplayName("a policy is told bit by bit, as a number and in words")
  void policy() {
    JsonNode number = explained("policy", "0x23");
    JsonNode words = explained("nodbg,noks,sev");

    assertThat(words).isEqualTo(number);
    assertThat(fields(number)).contains("NODBG=1", "NOKS=1", "ES=0", "NOSEND=0", "SEV=1");
    assertThat(explained("policy", "0x08").get("notes").toString()).contains("never be moved");
  }

  @Test
  @DisplayName("a command's buffer is told field by field, the firmware's and the kernel's")
  void buffers() throws IOException {
    byte[] firmware = new byte[PacketBuffer.LAYOUT.size()];
    firmware[0] = 7;
    firmware[16] = 52;
    assertThat(fields(explained("buffer", "SEND_UPDATE_DATA", file(firmware))))
        .contains("handle=7", "hdr_len=52", "-=zero");

    String hex = HexFormat.of().formatHex(new byte[KvmSevSendUpdateData.LAYOUT.size()]);
    JsonNode kernels = explained("buffer", "send-update-data", hex);
    assertThat(kernels.get("title").asString()).contains("kvm_sev_send_update_data");
    assertThat(kernels.get("notes").toString()).contains("asks for the lengths");

    Answer open = told(hex);
    assertThat(open.json().get("candidates").toString())
        .contains("sealift explain buffer KVM_SEV_RECEIVE_UPDATE_DATA " + hex);
  }

  @Test
  @DisplayName("every byte of every command's struct is told, and what each field is")
  void everyStruct() throws Exception {
    for (String command : commands()) {
      for (StructLayout struct : KnownCommand.find(command).orElseThrow().structs()) {
        var told =
            ExplainCommand.tell(
                List.of("buffer", command, file(new byte[struct.size()])), Context.NONE);
        var data = (DataExplanation) told.explained().getFirst();
        assertThat(data.parts().getFirst().fields().stream().mapToInt(FieldRow::size).sum())
            .as(command)
            .isEqualTo(struct.size());
      }
    }
  }

  private static List<String> commands() {
    return Stream.concat(
            FirmwareInterface.load().commands().stream()
                .filter(row -> row.layout().isPresent())
                .map(row -> row.command().name()),
            SystemCall.ALL.stream().filter(call -> call.struct().isPresent()).map(SystemCall::name))
        .distinct()
        .toList();
  }

  @Test
  @DisplayName("no field of any struct is without its meaning")
  void everyFieldHasMeaning() {
    Stream<StructLayout> known =
        Stream.of(
            PacketHeader.LAYOUT,
            Session.LAYOUT,
            SevCertificate.LAYOUT,
            AmdCertificate.LAYOUT,
            AttestationReport.LAYOUT,
            ReportedMeasurement.LAYOUT);
    Stream<StructLayout> firmwares =
        FirmwareInterface.load().commands().stream()
            .map(CommandRow::layout)
            .flatMap(Optional::stream);
    Stream<StructLayout> kernels =
        SystemCall.ALL.stream().map(SystemCall::struct).flatMap(Optional::stream);
    FieldWords words = FieldWords.load();

    Stream.of(known, firmwares, kernels)
        .flatMap(all -> all)
        .forEach(struct -> {
          for (Field field : struct.fields()) {
            assertThat(words.meaning(struct, field))
                .as(struct.name() + "." + field.name())
                .isNotBlank();
          }
        });
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "certificate, cert/corpus/certificate-chain/sound-chain",
    "certificate, cert/corpus/certificate-file/sound-ask-ark",
    "certificate, cert/corpus/sev-certificate/sound-pdh",
    "session,     corpus/session/sound-session",
    "report,      launch/corpus/attestation-report/sound-report"
  })
  @DisplayName("a file is told for what it is by its content, every byte of it")
  void files(String kind, String path) throws IOException {
    Path file = CORPUS.resolve(path);

    JsonNode told = explained(file.toString());

    assertThat(told.get("kind").asString()).isEqualTo(kind);
    assertThat(bytes(told)).isEqualTo((int) Files.size(file));
    String base64 = Base64.getMimeEncoder().encodeToString(Files.readAllBytes(file));
    JsonNode same = explained(file(base64.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    assertThat(same.get("parts")).isEqualTo(told.get("parts"));
  }

  @Test
  @DisplayName(
      "what has no mark of its own is told by its length, where nothing else has that form")
  void lengths() throws IOException {
    byte[] measurement = new byte[ReportedMeasurement.SIZE];
    Arrays.fill(measurement, (byte) 0x5A);
    assertThat(explained(file(measurement)).get("kind").asString()).isEqualTo("measurement");

    byte[] packet = new byte[PacketHeader.SIZE + 4096];
    Arrays.fill(packet, Integer.BYTES, packet.length, (byte) 0x5A);
    JsonNode told = explained(file(packet));
    assertThat(told.get("kind").asString()).isEqualTo("packet");
    assertThat(bytes(told)).isEqualTo(packet.length);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"receipt/sound-by-both", "receipt/sound-by-destination"})
  @DisplayName("a receipt is told to its last byte")
  void receipts(String path) throws IOException {
    Path file = OF_MOVES.resolve(path);

    JsonNode told = explained(file.toString());

    assertThat(told.get("kind").asString()).isEqualTo("receipt");
    assertThat(bytes(told)).isEqualTo((int) Files.size(file));
  }

  @Test
  @DisplayName("a journal says for each move whether this host may run the guest")
  void journals() {
    JsonNode told = explained(OF_MOVES.resolve("journal/sound-three-steps").toString());

    assertThat(told.get("kind").asString()).isEqualTo("journal");
    assertThat(told.get("notes").toString())
        .contains("source.FINISHED: this host may not run the guest");
  }

  @Test
  @DisplayName("a trace names each call that was refused, and the line that explains it")
  void traces() {
    Path trace =
        Path.of("src", "test", "resources", "dev", "sealift", "cli", "trace", "corpus", "trace");

    JsonNode told = explained(trace.resolve("sound-receive").toString());

    assertThat(told.get("kind").asString()).isEqualTo("trace");
    assertThat(told.get("notes").toString())
        .contains("KVM_MEMORY_ENCRYPT_REG_REGION on vm1: EINVAL");
    assertThat(told.get("more").toString())
        .contains("sealift explain errno EINVAL --command MEMORY_ENCRYPT_REG_REGION");
  }

  @Test
  @DisplayName("a frame of the protocol is told field by field")
  void frames() throws IOException {
    for (Message message : Messages.ALL) {
      byte[] frame = CapturedBytes.of(message);

      JsonNode told = explained("frame", file(frame));

      assertThat(bytes(told)).as(message.toString()).isEqualTo(frame.length);
    }
    byte[] abort =
        CapturedBytes.of(
            new Message.Abort(
                FailureCode.PACKET_REFUSED, FirmwareStatus.BAD_MEASUREMENT.code(), "so it is"));
    JsonNode told = explained(file(abort));
    assertThat(told.get("kind").asString()).isEqualTo("frame");
    assertThat(told.get("more").toString())
        .contains(
            "sealift explain failure PACKET_REFUSED", "sealift explain status BAD_MEASUREMENT");
  }

  @Test
  @DisplayName("bad input is a sentence and exit code 2")
  void badInput() throws IOException {
    String file = file(new byte[3]);
    for (String[] wrong :
        new String[][] {
          {"nothing-of-this-name"},
          {file},
          {"session", file},
          {"packet", file},
          {"certificate", file},
          {"receipt", file},
          {"journal", file},
          {"trace", file},
          {"frame", file},
          {"preface", file},
          {"buffer", file},
          {"buffer", "SEND_START", file},
          {"buffer", "SHUTDOWN", file},
          {"policy", "nonsense"},
          {"status", "0x99"},
          {"errno", "EWHAT"},
          {"failure", "77"},
          {"exit", "300"},
          {"state", "GONE"},
          {"command", "JUMP"},
          {"INVALID_LEN", "--command", "JUMP"},
          {directory.toString()}
        }) {
      List<String> arguments = new ArrayList<>(List.of("explain"));
      arguments.addAll(List.of(wrong));

      Answer answer = TOOL.answer(arguments);

      assertThat(answer.code()).as(String.join(" ", wrong)).isEqualTo(2);
      assertThat(answer.err().lines()).as(String.join(" ", wrong)).hasSize(1);
      assertThat(answer.out()).isEmpty();
    }
  }

  private static List<String> fields(JsonNode told) {
    List<String> fields = new ArrayList<>();
    for (JsonNode part : told.get("parts")) {
      for (JsonNode row : part.get("fields")) {
        fields.add(row.get("field").asString() + "=" + row.get("value").asString());
      }
    }
    return fields;
  }

  /** How many bytes are told; each begins where the one before it ends. */
  private static int bytes(JsonNode told) {
    int end = 0;
    for (JsonNode part : told.get("parts")) {
      for (JsonNode row : part.get("fields")) {
        assertThat(row.get("offset").asInt()).as(row.toString()).isEqualTo(end);
        end += row.get("size").asInt();
      }
    }
    return end;
  }
}
