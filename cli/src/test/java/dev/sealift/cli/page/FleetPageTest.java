package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.fleet.FleetGlances;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.cli.view.HostView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The fleet on a host's page")
class FleetPageTest {
  private static String fleet(FleetGlance glance) {
    return StatusPage.pieces(Examples.idle().within(glance)).get("fleet");
  }

  private static String words(String html) {
    return html.replaceAll("<[^>]*>", " ").replace('\u00a0', ' ').replaceAll("\\s+", " ");
  }

  @Test
  void isNotThereForAHostWithoutARegistry() {
    assertThat(StatusPage.pieces(Examples.busy())).containsEntry("fleet", "");
    assertThat(Metrics.of(Examples.busy())).doesNotContain("fleet");
  }

  @Test
  void saysWhoIsThereWhoHasWhichGuestsAndWhatIsLeftToDo() {
    assertThat(words(fleet(FleetExamples.glance())))
        .contains("zk://zk1,zk2,zk3/sealift ✓ answers")
        .contains("Hosts 5 3 open, 1 closed, 1 gone")
        .contains("Guests 27 2 move")
        .contains("evacuate host-a under way")
        .contains("4 of 11 moved, 2 moving, 4 waiting, 1 failed")
        .contains("job 3f2a9c01, about 94.0 s to go")
        .contains("licence (failed): its policy forbids it to leave its platform (NOSEND)")
        .contains("ledger host-a host-b 183.5 MB 12.4 s 1")
        .contains("search host-a host-c not known yet not known yet 2")
        .contains("7 ledger → host-b, search → host-c, batch, cache")
        .contains("11 GiB of 32 GiB, 34 % 2 out, 0 in 10 Gbit/s")
        .contains("host-e 192.0.2.14:7325 ● gone its guests stay its own 2 old-1, old-2");
  }

  @Test
  void saysSinceWhenItIsOldAndShowsTheLastThatIsKnown() {
    FleetGlance old =
        FleetExamples.glance().seen("suspended", Instant.parse("2026-03-14T09:26:00Z"));

    assertThat(words(fleet(old)))
        .contains("✗ does not answer")
        .contains("it is the fleet as it was at 2026-03-14 09:26:00 UTC")
        .contains("4 of 11 moved");
    assertThat(words(fleet(FleetGlance.unread("zk://zk1", "connecting"))))
        .contains("zk://zk1 has not answered yet");
  }

  @Test
  void isSmallForAFleetOfAnySizeAndSaysWhatIsNotShown() {
    FleetGlance glance = FleetGlances.of(FleetExamples.huge());
    HostView host = Examples.idle().within(glance);

    assertThat(fleet(glance)).hasSizeLessThan(100_000);
    assertThat(JsonMapper.shared().writeValueAsString(host)).hasSizeLessThan(200_000);
    assertThat(words(fleet(glance)))
        .contains("Hosts 1,000")
        .contains("Guests 50,000 100 move")
        .contains("40 of 1,000 hosts are shown")
        .contains("40 of 100 moves are shown")
        .contains("and 42 more");
    // A host with moves is among them, wherever its name stands.
    assertThat(glance.hosts()).anyMatch(each -> each.host().name().equals("host-0500"));
  }

  @Test
  void takesNamesAndReasonsOfOthersAsText() {
    String evil = "<img src=x onerror=alert(1)>\"' onload=x";
    var host = new FleetHost(evil, evil, true, true, evil, Map.of(evil, evil), 1, 1, 2, 1, 0, 0);
    var guests = List.of(FleetExamples.guest(evil, evil, evil));
    var status =
        new FleetStatus(
            evil, Examples.BEGAN, List.of(host), guests, List.of(), List.of(evil, evil));

    assertThat(fleet(FleetGlances.of(status)))
        .doesNotContain("<img")
        .doesNotContain("\" onload")
        .contains("&lt;img src=x onerror=alert(1)&gt;");
  }

  @Test
  void isThereInNumbers() {
    assertThat(Metrics.of(Examples.idle().within(FleetExamples.glance())))
        .contains("sealift_fleet_hosts{state=\"open\"} 3\n")
        .contains("sealift_fleet_hosts{state=\"gone\"} 1\n")
        .contains("sealift_fleet_guests 27\n")
        .contains("sealift_fleet_moves 2\n")
        .contains("sealift_fleet_job_guests{job=\"3f2a9c01\",state=\"moved\"} 4\n")
        .contains("sealift_fleet_job_guests{job=\"3f2a9c01\",state=\"failed\"} 1\n")
        .contains("sealift_fleet_registry_link{state=\"answers\"} 1\n")
        .contains("sealift_fleet_registry_link{state=\"lost\"} 0\n");
  }
}
