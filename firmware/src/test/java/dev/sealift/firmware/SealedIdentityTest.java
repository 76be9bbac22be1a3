package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An identity that lies outside its chip")
class SealedIdentityTest {
  private final ChipKeys chip = ChipKeys.generate(new SecureRandom());

  @Test
  @DisplayName("comes back whole, with the owner's key where the platform owns itself")
  void comesBack() throws Exception {
    PlatformIdentity own = Identities.fresh();
    PlatformIdentity owned = new Owner().identity(chip);
    for (PlatformIdentity identity : new PlatformIdentity[] {own, owned}) {
      byte[] sealed = SealedIdentity.seal(Optional.of(identity), chip);
      PlatformIdentity opened = SealedIdentity.open(sealed, chip).orElseThrow();
      assertThat(sealed).hasSize(6425);
      assertThat(opened.oca()).isEqualTo(identity.oca());
      assertThat(opened.externallyOwned()).isEqualTo(identity.externallyOwned());
      assertThat(opened.pek().certificate()).isEqualTo(identity.pek().certificate());
      assertThat(opened.pek().privateKey().getS()).isEqualTo(identity.pek().privateKey().getS());
      assertThat(opened.pdh().certificate()).isEqualTo(identity.pdh().certificate());
      assertThat(opened.pdh().privateKey().getS()).isEqualTo(identity.pdh().privateKey().getS());
    }
    byte[] sealed = SealedIdentity.seal(Optional.of(own), chip);
    assertThat(SealedIdentity.open(sealed, chip).orElseThrow().ocaKey().getS())
        .isEqualTo(own.ocaKey().getS());
  }

  @Test
  @DisplayName("looks the same from outside where there is none")
  void none() throws Exception {
    byte[] sealed = SealedIdentity.seal(Optional.empty(), chip);
    assertThat(sealed).hasSize(6425);
    assertThat(SealedIdentity.open(sealed, chip)).isEmpty();
  }

  @Test
  @DisplayName("is refused with any byte changed, and by any other chip")
  void changed() {
    byte[] sealed = SealedIdentity.seal(Optional.of(Identities.fresh()), chip);
    for (int at = 0; at < sealed.length; at++) {
      byte[] changed = sealed.clone();
      changed[at] ^= 0x40;
      assertThatThrownBy(() -> SealedIdentity.open(changed, chip))
          .as("byte %d", at)
          .isInstanceOf(PlatformStore.DamagedStoreException.class);
    }
    assertThatThrownBy(() -> SealedIdentity.open(sealed, ChipKeys.generate(new SecureRandom())))
        .isInstanceOf(PlatformStore.DamagedStoreException.class);
  }
}
