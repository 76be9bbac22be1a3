package dev.sealift.migration.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A list of allowed peers")
class AllowListTest {
  private static final String KEY = "0123456789abcdef".repeat(4);
  private static final String LIST =
      """
      # who                    may            with which guests
      name host-a.example.org  send,receive
      name 10.0.0.7\tsend  web-*,db-1   # the old one
      key  sha256:%s receive

      """
          .formatted(KEY);

  private static final PeerIdentity A = peer("ff".repeat(32), "host-a.example.org");
  private static final PeerIdentity SEVEN = peer("ee".repeat(32), "10.0.0.7", "seven");
  private static final PeerIdentity PINNED = peer(KEY, "host-a.example.org");

  private static PeerIdentity peer(String key, String... names) {
    return new PeerIdentity(new KeyFingerprint(key), Set.of(names), "CN=somebody");
  }

  private static AllowedPeers list(String text) throws AllowList.MalformedException {
    return AllowList.parse("peers", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void saysWhatEachPeerMayDo() throws Exception {
    AllowedPeers peers = list(LIST);
    assertMay(peers, A, Right.SEND, "anything");
    assertMay(peers, A, Right.RECEIVE, "anything");
    assertMay(peers, SEVEN, Right.SEND, "web-12");
    assertMay(peers, SEVEN, Right.SEND, "db-1");
    assertMayNot(peers, SEVEN, Right.SEND, "db-12");
    assertMayNot(peers, SEVEN, Right.RECEIVE, "web-12");
    assertMay(peers, PINNED, Right.RECEIVE, "anything");
  }

  @Test
  void isForNobodyElse() throws Exception {
    for (AllowedPeers peers : Set.of(list(LIST), list(""), list("# nobody\n"))) {
      assertMayNot(peers, peer("dd".repeat(32), "host-b.example.org"), Right.SEND, "g");
      assertMayNot(peers, peer("dd".repeat(32)), Right.RECEIVE, "g");
    }
  }

  @Test
  void doesNotLetAPinnedPeerTakeAnothersName() throws Exception {
    assertMayNot(list(LIST), PINNED, Right.SEND, "g");
  }

  @Test
  void joinsTheLinesOfOnePeer() throws Exception {
    AllowedPeers peers = list("name a send x\nname A send y\n");
    assertMay(peers, peer(KEY, "a"), Right.SEND, "x");
    assertMay(peers, peer(KEY, "a"), Right.SEND, "y");
    assertMayNot(peers, peer(KEY, "a"), Right.SEND, "z");
  }

  @Test
  void isWrittenAsItIsRead() throws Exception {
    StringBuilder written = new StringBuilder();
    list(LIST).peers().forEach(peer -> written.append(AllowList.line(peer)).append('\n'));
    assertThat(list(written.toString()).peers()).isEqualTo(list(LIST).peers());
    assertThat(written.toString()).contains("name 10.0.0.7 send web-*,db-1\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "name a | three or four words, not 2",
        "name a send b c | three or four words, not 5",
        "host a send | starts with key or name, not 'host'",
        "key 1234 send | no fingerprint of a key: write sha256:",
        "key sha256:12 send | no fingerprint",
        "name *.example.org send | no name of a host",
        "name a sends | 'sends' is nothing that a peer may do",
        "name a send, | is nothing that a peer may do",
        "name a send web-*,,x | names no guests",
      })
  void isRefusedWithItsFileAndLineAndWhatToWrite(String line, String sentence) {
    assertThatThrownBy(() -> list("# first\n" + line + "\n"))
        .isInstanceOf(AllowList.MalformedException.class)
        .hasMessageStartingWith("peers:2: ")
        .hasMessageContaining(sentence);
  }

  @Test
  void hasBounds() {
    assertThatThrownBy(() -> AllowList.parse("peers", new byte[AllowList.MOST_BYTES + 1]))
        .hasMessageContaining("longer than the 1048576 bytes");
    assertThatThrownBy(() -> list("name a send\n".repeat(AllowList.MOST_PEERS + 1)))
        .hasMessageContaining("peers:4097: a list has up to 4096 peers");
    assertThatThrownBy(() -> list("name a send " + "x".repeat(100_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    assertThatThrownBy(() -> AllowList.parse("peers", new byte[] {'a', (byte) 0xff}))
        .hasMessageContaining("not text in UTF-8");
  }

  @Test
  void isReadOrRefusedInASentenceWhateverItHolds() {
    var random = new Random(7);
    byte[] seed = LIST.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = seed.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        AllowList.parse("peers", changed);
      } catch (AllowList.MalformedException e) {
        assertThat(e).hasMessageMatching("(?s)peers(:\\d+: .+| is not text in UTF-8.*)");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "*, anything, true",
    "a*, a, true",
    "a*c, abbc, true",
    "a*c, abcb, false",
    "*a*b*, xaxbx, true",
    "a**b, ab, true",
    "web-*, Web-1, false",
    "?, a, false",
    "a, ab, false",
    "*b, aab, true",
    "*ab, aaab, true"
  })
  void namesGuestsByPatterns(String pattern, String name, boolean included) {
    assertThat(new GuestNames(pattern).include(name)).isEqualTo(included);
  }

  @Test
  void isNotSlowedDownByAPatternOfManyStars() {
    assertThat(new GuestNames("*a".repeat(32)).include("a".repeat(31) + "b".repeat(4096)))
        .isFalse();
  }

  private static void assertMay(AllowedPeers peers, PeerIdentity peer, Right right, String guest) {
    assertThatCode(() -> peers.check(peer, right, guest)).doesNotThrowAnyException();
  }

  private static void assertMayNot(
      AllowedPeers peers, PeerIdentity peer, Right right, String guest) {
    assertThatThrownBy(() -> peers.check(peer, right, guest))
        .isInstanceOfSatisfying(
            MigrationException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(FailureCode.PEER_NOT_TRUSTED);
              assertThat(refusal.sentence()).contains("list of allowed peers", peer.key().hex());
            });
  }
}
