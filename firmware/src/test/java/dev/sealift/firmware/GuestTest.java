package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest's secrets")
class GuestTest {

  private final TransportKeys keys = TransportKeys.random(new SecureRandom());
  private final SecretBytes seed = SecretBytes.random(new SecureRandom(), 32);
  private final SecretBytes offlineKey = SecretBytes.random(new SecureRandom(), 32);
  private final Guest guest =
      new Guest(3, new GuestPolicy(0), GuestState.LUPDATE, seed, keys, offlineKey);

  @Test
  @DisplayName("of its launch are wiped when the launch ends")
  void endOfLaunch() {
    byte[] measurement = {1, 2, 3};
    guest.measured(measurement);
    guest.endLaunch();
    assertWiped(keys);
    assertThat(measurement).containsOnly(0);
    assertThatIllegalStateException().isThrownBy(guest::measurement);
    assertThat(seed.reveal()).hasSize(32);
  }

  @Test
  @DisplayName("of a session are wiped when the session ends, or another begins")
  void endOfSession() {
    TransportKeys next = TransportKeys.random(new SecureRandom());
    guest.openSession(next);
    assertWiped(keys);
    SessionEngines engines = guest.engines();
    engines.giveBack(engines.take(EngineChoice.fixed(EngineKind.JDK)));
    guest.closeSession();
    assertWiped(next);
    assertThatIllegalStateException().isThrownBy(guest::engines);
  }

  @Test
  @DisplayName("are all wiped when the guest is gone")
  void decommissioned() {
    GuestTable guests = new GuestTable();
    guests.add(guest);
    guests.remove(guest);
    assertWiped(keys);
    assertThatIllegalStateException().isThrownBy(seed::reveal);
    assertThatIllegalStateException().isThrownBy(offlineKey::reveal);
    assertThat(guests.find(3)).isNull();
    assertThat(guests.count()).isZero();
  }

  @Test
  @DisplayName("never show in words")
  void silence() {
    String words = guest.toString();
    assertThat(words)
        .startsWith("guest 3 (LUPDATE, ASID 0")
        .doesNotContain(HexFormat.of().formatHex(seed.reveal()));
  }

  private static void assertWiped(TransportKeys keys) {
    assertThatIllegalStateException().isThrownBy(keys.tek()::reveal);
    assertThatIllegalStateException().isThrownBy(keys.tik()::reveal);
  }
}
