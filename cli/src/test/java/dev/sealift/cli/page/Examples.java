package dev.sealift.cli.page;

import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.PlatformView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.cli.view.RuleView;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hosts and moves to draw: the moves are what {@code sealift demo --json} said of two real ones,
 * the platforms what {@code sealift cert show} said of two real ones under one model root.
 */
final class Examples {
  static final Instant BEGAN = Instant.parse("2026-03-14T09:26:53Z");
  static final String MOVE = "6c1f0d5be0a94e0f9a4f2d3c8b7a6e51";

  private Examples() {}

  /** A host with guests, a move under way, a move that came and one that did not hold. */
  static HostView busy() {
    return host(guests(), List.of(underWay(4, 0.45), arrived(), refused()));
  }

  /** The same host when the move is over. */
  static HostView afterwards() {
    return host(guests(), List.of(finished(), arrived(), refused()));
  }

  /** A host that has just been started. */
  static HostView idle() {
    return host(List.of(), List.of());
  }

  static HostView host(List<GuestView> guests, List<MoveView> moves) {
    return new HostView(
        "host-a",
        "0.1.0",
        "kvm",
        "extended",
        true,
        BEGAN.plusSeconds(7),
        BEGAN.minusSeconds(86_000),
        "192.0.2.10:7007",
        new PlatformView(
            "1.55.21",
            "working",
            false,
            true,
            guests.size(),
            "a2476e286e7f7b528da05d851b5c4131f8737e78d82036418e2eb89a043a66fc",
            chain(
                "79a7da41b36acdc29ad87ede0e2964558ee302dd961d8d2d301733ca7277c4ed",
                "0941107da0a0768b95b0067df710b7ce10e1d7aaf259b6f37f1b744dd0e2677c",
                "3468788cfde87846e66f476f55aedb11f94a6ae7ad733fab7ff58d975d335641",
                "a2476e286e7f7b528da05d851b5c4131f8737e78d82036418e2eb89a043a66fc")),
        guests,
        moves,
        null);
  }

  static List<GuestView> guests() {
    return List.of(
        new GuestView(
            "ledger",
            "running",
            "send-update",
            268435456,
            65472,
            64,
            "nodbg,noks,sev",
            "writer:hot=16M",
            125829120L,
            BEGAN.minusSeconds(4_000),
            null,
            MOVE),
        new GuestView(
            "mail",
            "running",
            "running",
            134217728,
            32704,
            64,
            "nodbg,noks,domain,sev",
            "writer:hot=8M",
            6881280L,
            BEGAN.minusSeconds(600),
            "192.0.2.11:7007",
            null),
        new GuestView(
            "batch",
            "paused",
            "running",
            67108864,
            16320,
            64,
            "nodbg,nosend",
            "idle",
            null,
            BEGAN.minusSeconds(60_000),
            null,
            null));
  }

  /** A move of 256 MiB that converged, slowed down, on KVM with a target of 50 ms. */
  static MoveView finished() {
    return demo("demo-kvm.json", MOVE, "ledger", "192.0.2.12:7007", 50, "converged");
  }

  /** A move of 128 MiB that would not converge within 30 ms. */
  static MoveView stubborn() {
    return demo(
        "demo-model.json", "0b67a9f1c0d34f3e8d2f6a1e5c9b7d42", "mail", "host-c", 30, "no-progress");
  }

  /** The first move when so many of its rounds are over, and a part of the next one. */
  static MoveView underWay(int rounds, double part) {
    MoveView whole = finished();
    RoundView next = whole.rounds().get(rounds);
    RoundView last = whole.rounds().get(rounds - 1);
    List<RoundView> over = whole.rounds().subList(0, rounds);
    long sent = Math.round(next.pages() * part);
    double millis = over.stream().mapToDouble(RoundView::millis).sum() + next.millis() * part;
    double rate = next.pages() / next.millis() * 1000;
    double dirty = last.dirtyAfter() / last.millis() * 1000;
    return new MoveView(
        whole.id(),
        whole.guest(),
        whole.memoryBytes(),
        whole.direction(),
        whole.peer(),
        "active",
        "offered",
        whole.started(),
        millis / 1000,
        whole.limits(),
        over,
        new ProgressView(
            next.round(),
            next.pages(),
            next.pages() - sent,
            over.stream().mapToLong(RoundView::bytes).sum() + Math.round(next.bytes() * part),
            rate,
            dirty,
            next.throttle(),
            next.dirtyAfter() / rate * 1000,
            null),
        null,
        null,
        whole.rules(),
        whole.peerChain(),
        null,
        List.of(),
        null);
  }

  /** A guest that came from another host. */
  static MoveView arrived() {
    return new MoveView(
        "f2a77c0e913b4b7d8c55d1a0b3e9f604",
        "mail",
        134217728,
        "incoming",
        "192.0.2.11:7007",
        "completed",
        "running",
        BEGAN.minusSeconds(608),
        5.6,
        null,
        List.of(),
        null,
        null,
        null,
        rules(),
        peerChain(),
        null,
        List.of(),
        null);
  }

  /** A move that the policy refused: another root, and an owner who is not listed. */
  static MoveView refused() {
    List<ChainLink> chain = new ArrayList<>(peerChain());
    chain.set(
        chain.size() - 1,
        new ChainLink(
            "ARK",
            "SEALIFTMODEL ARK",
            "ARK",
            false,
            "signs itself, but is none of this policy's roots: AMD Milan, AMD Genoa"));
    return new MoveView(
        "3e0c55b7a1d84c6fb0e2497f6d18ac93",
        "batch",
        67108864,
        "outgoing",
        "203.0.113.5:7007",
        "failed",
        "offered",
        BEGAN.minusSeconds(3_000),
        0.2,
        new LimitsView(300, 1_000_000_000L, 30, 99),
        List.of(),
        null,
        null,
        null,
        List.of(
            new RuleView("chain", false, "the destination's ARK is none of this policy's roots"),
            new RuleView("api", true, "the destination's PEK has API 1.55, asked for is 1.55"),
            new RuleView(
                "owner",
                false,
                "the destination's owner"
                    + " a89d6102182681b7ffa9fe238cf14678946a3e0477a0fc3038afce3bdc2e4f01 is not"
                    + " listed")),
        chain,
        "the destination's platform breaks 2 rules of this host's policy: chain, owner; the guest"
            + " runs on here",
        List.of("the destination hung up before it had read why"),
        null);
  }

  static List<ChainLink> peerChain() {
    return chain(
        "089cf775c68706e379b237f8d56493e9fa9460d9994aa70da3fb68baae3a9c54",
        "e98cae43c125555dd194ed20d547166d9e1975583220cdcb4a990be41155082b",
        "3bdb4381091d5379d00024e85c4d83fa22ccf15069eed84d8f5c64e85c80f168",
        "85f2d6f699ff337db2ffcfd9df919c75b8a16e9e2f8f7b484d045fda89540182");
  }

  private static List<ChainLink> chain(String pdh, String pek, String oca, String cek) {
    return List.of(
        new ChainLink("PDH", pdh, "PEK", true, null),
        new ChainLink("PEK", pek, "OCA", true, null),
        new ChainLink("PEK", pek, "CEK", true, null),
        new ChainLink("OCA", oca, "OCA", true, "the platform owns itself"),
        new ChainLink("CEK", cek, "ASK", true, null),
        new ChainLink("ASK", "SEALIFTMODEL ASK", "ARK", true, null),
        new ChainLink("ARK", "SEALIFTMODEL ARK", "ARK", true, "a model root, not AMD's"));
  }

  static List<RuleView> rules() {
    return rules(resource("demo-kvm.json"));
  }

  private static MoveView demo(
      String name, String id, String guest, String peer, double target, String stopped) {
    JsonNode demo = resource(name);
    List<RoundView> rounds = new ArrayList<>();
    for (JsonNode round : demo.get("rounds")) {
      rounds.add(
          new RoundView(
              rounds.size(),
              round.get("pages").asLong(),
              round.get("privatePackets").asLong(),
              round.get("sharedPages").asLong(),
              round.get("bytes").asLong(),
              round.get("millis").asDouble(),
              round.get("throttle").asInt(),
              round.get("dirtyAfter").asLong()));
    }
    JsonNode parts = demo.get("downtime").get("parts");
    return new MoveView(
        id,
        guest,
        demo.get("guest").get("memoryBytes").asLong(),
        "outgoing",
        peer,
        "completed",
        "running",
        BEGAN,
        demo.get("totals").get("millis").asDouble() / 1000,
        new LimitsView(target, null, 30, 99),
        rounds,
        null,
        new DowntimeView(
            demo.get("downtime").get("millis").asDouble(),
            parts.get("pause").asDouble(),
            parts.get("lastRound").asDouble(),
            parts.get("state").asDouble(),
            parts.get("prepare").asDouble(),
            parts.get("finish").asDouble(),
            parts.get("commit").asDouble()),
        stopped,
        rules(demo),
        peerChain(),
        null,
        List.of(),
        null);
  }

  private static List<RuleView> rules(JsonNode demo) {
    List<RuleView> rules = new ArrayList<>();
    for (JsonNode rule : demo.get("verdicts").get("ofDestination")) {
      rules.add(
          new RuleView(
              rule.get("name").asString(),
              rule.get("holds").asBoolean(),
              rule.get("finding").asString()));
    }
    return rules;
  }

  private static JsonNode resource(String name) {
    try (@Nullable InputStream in = Examples.class.getResourceAsStream(name)) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
