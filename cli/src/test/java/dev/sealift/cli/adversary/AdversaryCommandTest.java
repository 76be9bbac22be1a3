package dev.sealift.cli.adversary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The adversary lab as a person asks for it on the command line. */
class AdversaryCommandTest {

  @Test
  @DisplayName("without a name all attacks are listed, grouped by who attacks")
  void list() {
    Answer answer = Answer.to("adversary");

    assertThat(answer.code()).isZero();
    assertThat(answer.out())
        .containsSubsequence("hostile network:", "hostile peer host:", "hostile VMM:");
    for (Attack attack : Attacks.all()) {
      assertThat(answer.out()).contains(attack.card().name(), attack.card().deed());
    }
    JsonNode json = Answer.to("adversary", "--json").json();
    assertThat(json.get("attacks").size()).isEqualTo(Attacks.all().size());
  }

  @Test
  @DisplayName("an attack is run by its name, and what SEV alone and Sealift did is told")
  void run(@TempDir Path folder) throws Exception {
    String root = TestRoot.savedIn(folder).toString();
    Answer words = Answer.to("adversary", "roll-back-in-memory", "flip-iv", "--root", root);

    assertThat(words.code()).as(words.err()).isZero();
    assertThat(words.out())
        .containsSubsequence(
            "roll-back-in-memory (hostile VMM)",
            "SEV alone",
            "NOT PREVENTED",
            "Sealift",
            "NOT PREVENTED",
            "why",
            "flip-iv",
            "DETECTED, BAD_MEASUREMENT",
            "DETECTED, PACKET_REFUSED",
            "2 attacks: 0 held, 1 detected, 1 not prevented, as documented.");
    assertThat(words.out()).doesNotContain("further");
  }

  @Test
  @DisplayName("--json is one object on one line")
  void json(@TempDir Path folder) throws Exception {
    String root = TestRoot.savedIn(folder).toString();
    Answer answer = Answer.to("adversary", "nosend-guest", "--json", "--root", root);

    assertThat(answer.code()).isZero();
    assertThat(answer.out().strip().lines()).hasSize(1);
    assertThat(answer.json().get("emulated").booleanValue()).isTrue();
    assertThat(answer.json().get("asDocumented").booleanValue()).isTrue();
    JsonNode attack = answer.json().get("attacks").get(0);
    assertThat(attack.get("sealift").get("verdict").stringValue()).isEqualTo("DETECTED");
    assertThat(attack.get("sealift").get("code").stringValue()).isEqualTo("POLICY_REFUSED");
    assertThat(attack.get("sevAlone").get("code").stringValue()).isEqualTo("POLICY_FAILURE");
  }

  @Test
  @DisplayName("an unknown attack is answered in a sentence, and so is a root that is not there")
  void badInput(@TempDir Path folder) {
    Answer unknown = Answer.to("adversary", "flip-iv", "magic");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err().strip())
        .isEqualTo("There is no attack magic; sealift adversary lists all.");
    Answer missing = Answer.to("adversary", "--all", "--root", folder.resolve("none").toString());
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("does not exist");
    assertThat(Answer.to("adversary", "--all", "flip-iv").code()).isEqualTo(2);
  }

  @Test
  @DisplayName("an attack that gets further than documented is said so, and the exit code is 1")
  void further() {
    Card card =
        new Card("new-trick", Attacker.PEER, "tries", Verdict.NOT_PREVENTED, Verdict.DETECTED);
    Outcome won = Outcome.notPrevented("the guest is gone");
    AttackReport worse = new AttackReport(card, won, won);
    AttackReport better = new AttackReport(card, won, Outcome.held("nothing happened"));
    AdversaryReport report = AdversaryReport.of(List.of(better, worse));

    assertThat(worse.asDocumented()).isFalse();
    assertThat(better.asDocumented()).isTrue();
    assertThat(AdversaryReport.words(worse)).contains("further", "DETECTED");
    assertThat(report.summary()).contains("SOME GOT FURTHER THAN DOCUMENTED");
    assertThat(AdversaryCommand.exitCode(report)).isEqualTo(1);
    assertThat(AdversaryCommand.exitCode(AdversaryReport.of(List.of(better)))).isZero();
  }
}
