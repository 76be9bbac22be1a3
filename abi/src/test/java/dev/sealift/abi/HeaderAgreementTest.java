package dev.sealift.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.HeaderTwins.Member;
import dev.sealift.abi.HeaderTwins.Twin;
import dev.sealift.abi.kvm.KvmRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The numbers and layouts of this module")
class HeaderAgreementTest {
  private final Map<String, String> notInTheHeaders = HeaderTwins.notInTheHeaders();

  private boolean isExempt(Member member) {
    return notInTheHeaders.containsKey(member.key())
        || notInTheHeaders.containsKey(member.type().getSimpleName());
  }

  @Test
  @DisplayName("are each compared with the system's headers, or said to be in none, with a reason")
  void areEachComparedOrSaidToBeInNoHeader() throws Exception {
    List<Member> members = HeaderTwins.members();

    List<String> forgotten =
        members.stream()
            .filter(member -> !isExempt(member) && HeaderTwins.of(member).isEmpty())
            .map(Member::key)
            .toList();
    assertThat(forgotten)
        .as("add each to HeaderTwins: its name in C, or why no header has it")
        .isEmpty();
    assertThat(members.stream().filter(member -> !isExempt(member)).count()).isGreaterThan(150);
  }

  @Test
  @DisplayName("that are said to be in no header exist")
  void thatAreSaidToBeInNoHeaderExist() throws Exception {
    Set<String> names =
        HeaderTwins.members().stream()
            .flatMap(member -> Stream.of(member.key(), member.type().getSimpleName()))
            .collect(Collectors.toSet());
    assertThat(names).containsAll(notInTheHeaders.keySet());
  }

  @Test
  @DisplayName("are what a C compiler reads in the system's headers")
  void areWhatTheSystemsHeadersSay(@TempDir Path folder) throws Exception {
    SystemHeaders headers = new SystemHeaders(folder, HeaderTwins.HEADERS);
    Set<String> known = headers.identifiers();
    Map<String, Long> ours = new LinkedHashMap<>();
    Set<String> absent = new TreeSet<>();
    for (Twin twin : twins()) {
      if (known.contains(twin.name())) {
        ours.put(twin.expression(), twin.ours());
      } else {
        absent.add(twin.name());
      }
    }

    assertThat(headers.values(ours.keySet())).isEqualTo(ours);
    System.out.println(
        "Compared %d values with the system's headers; too old for %s."
            .formatted(ours.size(), absent.isEmpty() ? "none" : absent));
    assertThat(absent).as("names that are in no header of any age").allMatch(HeaderTwins::isNewer);
  }

  private List<Twin> twins() throws Exception {
    List<Twin> twins = new ArrayList<>();
    HeaderTwins.members().stream()
        .filter(member -> !isExempt(member))
        .map(HeaderTwins::of)
        .forEach(twins::addAll);
    for (int argument = 0; argument < 6; argument++) {
      twins.addAll(HeaderTwins.field("kvm_run", KvmRun.hypercallArgument(argument)));
    }
    return twins;
  }
}
