package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostPeers;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("Two hosts, and what their users do")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostTest {
  @TempDir static Path folder;
  private static TwoHosts hosts;

  @BeforeAll
  static void start() throws Exception {
    hosts = new TwoHosts(folder, HostKind.MODEL);
  }

  @AfterAll
  static void end() {
    hosts.close();
    assertThat(hosts.a.resolve("control.sock")).doesNotExist();
  }

  private static Answer at(Path host, String... words) {
    String[] all = new String[words.length + 2];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--state";
    all[words.length + 1] = host.toString();
    return Answer.to(all);
  }

  private static void startGuest(String name) {
    Answer answer =
        at(hosts.a, "guest", "start", name, "--memory", "8M", "--workload", "writer:hot=1M");
    assertThat(answer.err()).isEmpty();
    assertThat(answer.out()).contains("Its owner accepts the measurement");
  }

  @Test
  @Order(1)
  void aPeerThatIsNotOnTheListGetsNothing() throws Exception {
    startGuest("early");
    HostPeers.allow(hosts.a, hosts.b);
    Answer refused = at(hosts.a, "migrate", "early", hosts.addressOfB());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out())
        .contains("early goes on here; the move to")
        .contains("does not accept the other's TLS certificate")
        .contains("sealift identity allow")
        .contains("More: sealift explain failure PEER_NOT_TRUSTED");
    assertThat(hosts.viewOf(hosts.b).guests()).isEmpty();
    assertThat(hosts.viewOf(hosts.b).moves()).isEmpty();
    assertThat(at(hosts.a, "guest", "show", "early", "--json").json().path("sev").asString())
        .isEqualTo("running");

    HostPeers.allow(hosts.b, hosts.a);
    Answer allowed = at(hosts.a, "migrate", "early", hosts.addressOfB(), "--dry-run");
    assertThat(allowed.code()).as("the list is read anew: " + allowed.out()).isZero();
    assertThat(at(hosts.a, "guest", "stop", "early").code()).isZero();
  }

  @Test
  @Order(2)
  void aGuestIsStartedTriedMovedAndProved() throws Exception {
    startGuest("web");
    JsonNode dryRun =
        at(hosts.a, "migrate", "web", hosts.addressOfB(), "--dry-run", "--json").json();
    assertThat(dryRun.path("holds").asBoolean()).isTrue();
    assertThat(dryRun.path("checks").findValuesAsString("name"))
        .containsExactly(
            "policy",
            "ready",
            "connection",
            "protocol",
            "peer",
            "chain",
            "api",
            "firmware",
            "domain",
            "owner",
            "chip",
            "send",
            "destination",
            "data");
    GuestView before = hosts.viewOf(hosts.a).guests().getFirst();
    assertThat(before.state()).isEqualTo("running");
    assertThat(hosts.viewOf(hosts.b).guests()).as("a dry run leaves nothing").isEmpty();

    Answer moved = at(hosts.a, "migrate", "web", hosts.addressOfB(), "--downtime", "2s", "--json");
    assertThat(moved.code()).as(moved.out() + moved.err()).isZero();
    assertThat(moved.err()).contains("round 0: ").doesNotContain("\r").doesNotContain("\u001b");
    assertThat(moved.json().path("status").asString()).isEqualTo("completed");
    assertThat(moved.json().path("downtime").path("total").asDouble()).isPositive();
    assertThat(moved.json().path("peerChain").findValuesAsString("certificate"))
        .containsExactly("PDH", "PEK", "OCA", "PEK", "CEK", "ASK", "ARK");

    assertThat(hosts.viewOf(hosts.a).guests()).isEmpty();
    HostView there = hosts.viewOf(hosts.b);
    GuestView web = there.guests().getFirst();
    assertThat(web.state()).isEqualTo("running");
    assertThat(web.cameFrom()).contains("CN=host-a");
    assertThat(there.moves().getFirst().status()).isEqualTo("completed");
    assertThat(hosts.a.resolve("receipts").resolve(moved.json().path("id").asString() + ".receipt"))
        .exists();

    JsonNode proof = at(hosts.b, "guest", "prove", "web", "--json").json();
    assertThat(proof.path("pagesCompared").asLong()).isEqualTo(8 << 20 >> 12);
    assertThat(proof.path("mismatches").asLong()).isZero();
    assertThat(proof.path("steps").asLong())
        .isGreaterThan(before.steps() == null ? 0 : before.steps());
    assertThat(at(hosts.b, "guest", "stop", "web").code()).isZero();
    assertThat(at(hosts.b, "guest", "list").out()).isEqualTo("host-b has no guests.\n");
  }

  @Test
  @Order(3)
  void aMoveThatIsCalledOffLeavesTheGuestWhereItWas() throws Exception {
    startGuest("slow");
    Answer begun =
        at(
            hosts.a,
            "migrate",
            "slow",
            hosts.addressOfB(),
            "--bandwidth",
            "1.1MB",
            "--detach",
            "--json");
    String move = begun.json().path("id").asString();
    MoveView active =
        hosts.await(
            hosts.a, move, it -> it.now() != null && it.now().pagesLeft() < it.now().pages());
    assertThat(active.status()).isEqualTo("active");
    assertThat(active.now().pagesPerSecond()).isPositive();
    assertThat(at(hosts.a, "guest", "pause", "slow").err())
        .contains("The guest slow is being moved to");

    new Cancelling(hosts.a, move).cancel();
    MoveView end = hosts.await(hosts.a, move, MoveView::ended);
    assertThat(end.status()).isEqualTo("cancelled");
    assertThat(end.step()).isEqualTo("source.STAYED");
    MoveView there = hosts.await(hosts.b, move, MoveView::ended);
    assertThat(there.status()).isEqualTo("cancelled");
    assertThat(there.reason()).isEqualTo("the move was called off");
    assertThat(hosts.viewOf(hosts.b).guests()).isEmpty();
    JsonNode guest = at(hosts.a, "guest", "show", "slow", "--json").json();
    assertThat(guest.path("state").asString()).isEqualTo("running");
    assertThat(guest.path("sev").asString()).as("SEND_CANCEL is done").isEqualTo("running");
    assertThat(new Cancelling(hosts.a, move).cancel().reason()).contains("The move is over");
  }

  @Test
  @Order(4)
  void whatCannotBeIsSaidInASentence() {
    assertThat(at(hosts.a, "guest", "show", "nobody").err()).contains("has no guest 'nobody'");
    assertThat(at(hosts.a, "guest", "show", "nobody").code()).isEqualTo(2);
    assertThat(at(hosts.a, "guest", "start", "x y").err()).contains("A guest's name has");
    assertThat(at(hosts.a, "guest", "start", "x", "--workload", "chess").err())
        .contains("'chess' is no workload");
    assertThat(at(hosts.a, "guest", "start", "x", "--memory", "9M").err())
        .contains("multiple of 2 MiB");
    assertThat(at(hosts.a, "guest", "start", "x", "--policy", "api=9.0").err())
        .contains("asks for firmware API 9.0");
    Answer sealed = at(hosts.a, "guest", "start", "sealed", "--memory", "8M", "--policy", "nosend");
    assertThat(sealed.code()).as(sealed.err()).isZero();
    Answer kept = at(hosts.a, "migrate", "sealed", hosts.addressOfB(), "--dry-run");
    assertThat(kept.code()).isEqualTo(1);
    assertThat(kept.out()).contains("DOES NOT HOLD: the guest's policy says NOSEND");
    assertThat(at(folder.resolve("nowhere"), "guest", "list").err())
        .contains("No host is running in");
  }

  @Test
  @Order(5)
  void onlyTheOwnerReachesAHostAndOnlyOneHostHasItsState() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(hosts.a)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(hosts.a.resolve("control.sock"))))
        .isEqualTo("rw-------");
    Answer second = Answer.to("host", "--state", hosts.a.toString(), "--listen", "localhost:0");
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.err()).contains("Another host runs in");
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    Answer refused = Answer.to("host", "--state", open.toString());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("can be used by others than its owner");
    assertThat(open).isEmptyDirectory();
  }

  @Test
  @Order(6)
  void aHostsPolicyOfMovesCountsForGuestsThatComeAndForGuestsThatGo() throws Exception {
    Path policy = Files.writeString(folder.resolve("policy"), "# one owner\ndomain same\n");
    Path c = folder.resolve("c");
    try (HostDaemon choosy = TwoHosts.third(c, folder.resolve("root"), policy)) {
      HostPeers.allow(hosts.a, c);
      HostPeers.allow(c, hosts.a);
      startGuest("mail");
      Answer coming =
          at(hosts.a, "migrate", "mail", String.valueOf(choosy.views().get().address()));
      assertThat(coming.code()).isEqualTo(1);
      assertThat(coming.out())
          .contains("this host asks for one owner, but the source belongs to another owner");
      assertThat(at(hosts.a, "guest", "show", "mail", "--json").json().path("state").asString())
          .isEqualTo("running");

      assertThat(at(c, "guest", "start", "log", "--memory", "8M").code()).isZero();
      Answer going = at(c, "migrate", "log", hosts.addressOfA(), "--dry-run");
      assertThat(going.code()).isEqualTo(1);
      assertThat(going.out())
          .containsPattern(
              "domain +DOES NOT HOLD: this host asks for one owner, but the destination belongs to");
    }
    Files.writeString(policy, "api 1.55\nowner me\n");
    Answer misspelt = Answer.to("host", "--state", c.toString(), "--policy", policy.toString());
    assertThat(misspelt.code()).isEqualTo(2);
    assertThat(misspelt.err()).contains(policy + ":2: 'me' is no fingerprint of an owner's key");
  }
}
