package dev.sealift.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import dev.sealift.crypto.EngineKind;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorCommandTest {

  @Test
  @DisplayName("what this machine has is told in words and, on the last line, as JSON")
  void tells() throws Exception {
    Answer answer = Answer.to("doctor", "--json");

    assertThat(answer.code()).isZero();
    List<String> lines = answer.out().strip().lines().toList();
    JsonNode findings = JsonMapper.shared().readTree(lines.getLast()).get("findings");
    assertThat(findings)
        .extracting(finding -> finding.get("name").asString())
        .containsExactly(
            "/dev/kvm", "/dev/sev", "/dev/fuse", "java", "packet engine", "cc and libcrypto");
    for (JsonNode finding : findings) {
      String state = finding.get("state").asString();
      assertThat(state).isIn("ok", "limited", "missing");
      assertThat(finding.get("sentence").asString()).isNotBlank().endsWith(".");
      assertThat(finding.has("advice")).isEqualTo(!state.equals("ok"));
      assertThat(lines).anyMatch(line -> line.contains(finding.get("sentence").asString()));
    }
    boolean kvm = HostKind.AUTO.resolve() == HostKind.KVM;
    assertThat(findings.get(0).get("state").asString().equals("ok")).isEqualTo(kvm);
    boolean vectors = EngineKind.VECTOR.obstacle().isEmpty();
    assertThat(findings.get(3).get("state").asString().equals("ok")).isEqualTo(vectors);
    assertThat(findings.get(4).get("sentence").asString()).contains("engine is taken");
  }

  @Test
  @DisplayName("a device that is not there is missing, and something is to be done about it")
  void missingDevice() {
    Finding finding =
        new DeviceExamination("/dev/no-such-device", "it works", "Nothing works.", "Get one.")
            .examine();

    assertThat(finding.state()).isEqualTo(Finding.State.MISSING);
    assertThat(finding.sentence()).contains("ENOENT", "Nothing works.");
    assertThat(finding.advice()).isEqualTo("Get one.");
  }

  @Test
  @DisplayName("a device that is there is fine")
  void presentDevice() {
    Finding finding =
        new DeviceExamination("/dev/null", "it swallows", "Nothing is swallowed.", "Get one.")
            .examine();

    assertThat(finding.state()).isEqualTo(Finding.State.OK);
    assertThat(finding.sentence()).isEqualTo("It is here: it swallows.");
  }
}
