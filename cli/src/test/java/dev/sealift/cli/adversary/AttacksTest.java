package dev.sealift.cli.adversary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.TestRoot;
import dev.sealift.cli.adversary.lab.Lab;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attack gets as far as its card says, against SEV alone and against Sealift. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttacksTest {
  private Lab lab;

  @BeforeAll
  void powerUp() throws Exception {
    lab = Lab.open(TestRoot.root());
  }

  @AfterAll
  void powerDown() {
    lab.close();
  }

  /** One of every other kind. */
  static List<Named<Attack>> attacks() {
    List<Attack> kinds = kinds();
    return IntStream.range(0, kinds.size())
        .filter(kind -> kind % 2 == 0)
        .mapToObj(kinds::get)
        .map(attack -> Named.of(attack.card().name(), attack))
        .toList();
  }

  /** All others. */
  static List<Named<Attack>> others() {
    Set<Attack> done =
        attacks().stream().map(Named::getPayload).collect(Collectors.toUnmodifiableSet());
    return Attacks.all().stream()
        .filter(attack -> !done.contains(attack))
        .map(attack -> Named.of(attack.card().name(), attack))
        .toList();
  }

  private static List<Attack> kinds() {
    Set<Class<?>> kinds = new HashSet<>();
    return Attacks.all().stream().filter(attack -> kinds.add(attack.getClass())).toList();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void anAttackGetsAsFarAsIsDocumented(Attack attack) throws Exception {
    assertAsDocumented(attack);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("others")
  void everyOtherGetsAsFarAsIsDocumented(Attack attack) throws Exception {
    assertAsDocumented(attack);
  }

  private void assertAsDocumented(Attack attack) throws Exception {
    Outcome sevAlone = attack.againstSev(lab);
    Outcome sealift = attack.againstSealift(lab);

    assertThat(sevAlone.verdict()).as(sevAlone.observed()).isEqualTo(attack.card().sevAlone());
    assertThat(sealift.verdict()).as(sealift.observed()).isEqualTo(attack.card().sealift());
    for (Outcome outcome : List.of(sevAlone, sealift)) {
      assertThat(outcome.observed()).isNotBlank().doesNotContain("Exception").doesNotEndWith(",");
      assertThat(outcome.code().isEmpty())
          .as("what is detected has a code: %s", outcome)
          .isEqualTo(outcome.verdict() != Verdict.DETECTED);
    }
    assertThat(lab.source().guests()).as("guests left at the source").isZero();
    assertThat(lab.destination().guests()).as("guests left at the destination").isZero();
  }

  @Test
  @DisplayName("names are for the command line, and no two attacks share one")
  void names() {
    assertThat(Attacks.all()).extracting(attack -> attack.card().name()).doesNotHaveDuplicates();
    assertThat(Attacks.all())
        .extracting(attack -> attack.card().name())
        .allSatisfy(name -> assertThat(name).matches("[a-z]+(-[a-z]+)*"));
    for (Attack attack : Attacks.all()) {
      assertThat(Attacks.named(attack.card().name())).containsSame(attack);
    }
  }

  @Test
  @DisplayName(
      "nothing that SEV alone holds off gets further with Sealift, and no network gets at a guest")
  void neverWorse() {
    for (Attack attack : Attacks.all()) {
      Card card = attack.card();
      assertThat(card.sealift() == Verdict.NOT_PREVENTED && card.sevAlone() != card.sealift())
          .as("%s is prevented by SEV and not by Sealift", card.name())
          .isFalse();
      if (card.attacker() == Attacker.NETWORK) {
        assertThat(card.sealift()).as(card.name()).isNotEqualTo(Verdict.NOT_PREVENTED);
      }
    }
  }
}
