package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final GuestPolicy POLICY = GuestPolicy.of(Flag.NODBG, Flag.SEV);

  private final KeyPair source = P384.generate(RANDOM);
  private final KeyPair target = P384.generate(RANDOM);

  @Test
  void aSessionOfZerosIsTheKnownAnswer() {
    byte[] blob =
        Session.wrap(
            new byte[16], new byte[16], new byte[16], TransportKeys.zero(), new GuestPolicy(0));
    assertThat(HexFormat.of().formatHex(blob))
        .isEqualTo(
            "00".repeat(16)
                + "2137bc7f9bb8bd7c3e55a576a15d3454b3856b8ba27afadf46dcfee9f02c02c4"
                + "00".repeat(16)
                + "3176c0752738bd9d5e86689534020f528c088f16238826b000b327dee6aeed7d"
                + "aa7855e13839dd767cd5da7c1ff5036540c9264b7a803029315e55375287b4af");
    assertThat(Session.unwrap(blob, new byte[16], new GuestPolicy(0)))
        .isInstanceOf(Session.Opened.class);
  }

  @Test
  void theWrappingKeysOfAZeroSecretAreTheKnownAnswers() {
    try (WrappingKeys keys = new WrappingKeys(new byte[16], new byte[16])) {
      assertThat(keys.kek()).isEqualTo(HexFormat.of().parseHex("b6abfbfb75ea1ea74ed8750b8afdb973"));
      assertThat(keys.kik()).isEqualTo(HexFormat.of().parseHex("53b524bf5669a363f365c864acba8572"));
    }
  }

  @Test
  void theTargetFindsTheKeysThatTheSourceMade() {
    Session.Created created = create();
    assertThat(created.blob()).hasSize(128);
    Session.Outcome outcome = open(created.blob(), target, source, POLICY);
    assertThat(outcome).isInstanceOf(Session.Opened.class);
    TransportKeys opened = ((Session.Opened) outcome).keys();
    assertThat(opened.tek().sameAs(created.keys().tek())).isTrue();
    assertThat(opened.tik().sameAs(created.keys().tik())).isTrue();
    assertThat(opened.tek().sameAs(opened.tik())).isFalse();
  }

  @Test
  void everySessionHasKeysOfItsOwn() {
    Session.Created first = create();
    Session.Created second = create();
    assertThat(first.blob()).isNotEqualTo(second.blob());
    assertThat(first.keys().tek().sameAs(second.keys().tek())).isFalse();
  }

  @Test
  void aStrangerCannotOpenIt() {
    KeyPair stranger = P384.generate(RANDOM);
    Session.Created created = create();
    assertRefused(open(created.blob(), stranger, source, POLICY), "another platform");
    assertRefused(open(created.blob(), target, stranger, POLICY), "another platform");
  }

  @Test
  void anotherPolicyIsRefused() {
    Session.Created created = create();
    for (int bit = 0; bit < 32; bit++) {
      GuestPolicy other = new GuestPolicy(POLICY.word() ^ 1 << bit);
      assertRefused(open(created.blob(), target, source, other), "another policy");
    }
  }

  @Test
  void aChangeInAnySingleBitIsRefused() {
    byte[] blob = create().blob();
    byte[] z = sharedSecret();
    for (int bit = 0; bit < blob.length * 8; bit++) {
      byte[] changed = blob.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      // No MAC covers the IV, but another IV gives another TIK, under which the policy's MAC fails.
      assertThat(Session.unwrap(changed, z, POLICY))
          .as("bit %d", bit)
          .isInstanceOf(Session.Refused.class);
    }
  }

  @Test
  void aBlobOfAnotherLengthIsRefused() {
    byte[] blob = create().blob();
    for (int length : new int[] {0, 127, 129}) {
      Session.Outcome outcome = open(Arrays.copyOf(blob, length), target, source, POLICY);
      assertThat(outcome)
          .isEqualTo(
              new Session.Refused(
                  FirmwareStatus.INVALID_LEN, "a session has 128 bytes, not " + length));
    }
  }

  @Test
  void transportKeysAreSixteenBytesEachAndWipedWhenClosed() {
    TransportKeys keys = create().keys();
    assertThat(keys.tek().length()).isEqualTo(16);
    keys.close();
    assertThatIllegalStateException().isThrownBy(() -> keys.tik().reveal());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TransportKeys.of(SecretBytes.take(new byte[16]), SecretBytes.take(new byte[32])));
  }

  private Session.Created create() {
    return Session.create(
        (ECPrivateKey) source.getPrivate(), (ECPublicKey) target.getPublic(), POLICY, RANDOM);
  }

  private static Session.Outcome open(byte[] blob, KeyPair own, KeyPair peer, GuestPolicy policy) {
    return Session.open(
        blob, (ECPrivateKey) own.getPrivate(), (ECPublicKey) peer.getPublic(), policy);
  }

  private byte[] sharedSecret() {
    return P384.sharedSecret((ECPrivateKey) target.getPrivate(), (ECPublicKey) source.getPublic())
        .reveal();
  }

  private static void assertRefused(Session.Outcome outcome, String reason) {
    assertThat(outcome).isInstanceOf(Session.Refused.class);
    Session.Refused refused = (Session.Refused) outcome;
    assertThat(refused.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
    assertThat(refused.which()).contains(reason);
  }
}
