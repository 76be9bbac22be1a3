package dev.sealift.cli.adversary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/adversary.md lists the attacks as they are. */
class AdversaryDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/adversary.md");
  private static final String ROW = "\\| [a-z-]+ \\|.*\\| (HELD|DETECTED|NOT PREVENTED) \\|";

  @Test
  @DisplayName("the tables of docs/adversary.md are what the attacks' cards say, line by line")
  void tables() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    for (Attacker attacker : Attacker.values()) {
      List<String> expected =
          cards(attacker)
              .map(card ->
                  "| %s | %s | %s | %s |"
                      .formatted(
                          card.name(),
                          card.deed(),
                          card.sevAlone().words(),
                          card.sealift().words()))
              .toList();
      assertThat(lines).as(String.join("\n", expected)).containsSequence(expected);
    }
    long attacks = Attacks.all().size();
    assertThat(lines.stream().filter(line -> line.matches(ROW)).count())
        .as("rows of attacks")
        .isEqualTo(attacks);
  }

  @Test
  @DisplayName("what is not prevented stands there with the reason and the remedy")
  void remedies() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    List<String> expected =
        Stream.of(Attacker.values())
            .flatMap(AdversaryDocumentTest::cards)
            .filter(card -> !card.remedy().isEmpty())
            .map(card -> "- **%s**: %s.".formatted(card.name(), card.remedy()))
            .toList();
    assertThat(lines).as(String.join("\n", expected)).containsAll(expected);
    assertThat(lines.stream().filter(line -> line.startsWith("- **")).count())
        .isEqualTo(expected.size());
  }

  private static Stream<Card> cards(Attacker attacker) {
    return Attacks.all().stream().map(Attack::card).filter(card -> card.attacker() == attacker);
  }
}
