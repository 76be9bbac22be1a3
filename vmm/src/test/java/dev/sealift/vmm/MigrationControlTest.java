package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.vmm.MigrationControl.Readiness;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a guest says about being moved")
class MigrationControlTest {
  private final MigrationControl control = control(true);

  private static MigrationControl control(boolean encrypted) {
    try {
      return MigrationControl.begin(Books.create(new PaperKernel().host(), 1), encrypted);
    } catch (VmmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void beginsWithNothingForAGuestWhoseMemoryIsEncrypted() {
    assertThat(control.readiness()).isEqualTo(Readiness.SILENT);
    assertThat(control.value()).isZero();
  }

  @Test
  void beginsWithReadyForAGuestThatHasNothingToAnnounce() {
    assertThat(control(false).isReady()).isTrue();
    assertThat(control(false).value()).isOne();
  }

  @Test
  void tellsAGuestThatTookItBackFromOneThatNeverSaidIt() {
    assertThat(control.write(0)).isTrue();
    assertThat(control.readiness()).isEqualTo(Readiness.SILENT);
    assertThat(control.write(1)).isTrue();
    assertThat(control.readiness()).isEqualTo(Readiness.READY);
    assertThat(control.write(0)).isTrue();
    assertThat(control.readiness()).isEqualTo(Readiness.WITHDRAWN);
    assertThat(control.write(0)).isTrue();
    assertThat(control.readiness()).isEqualTo(Readiness.WITHDRAWN);
    assertThat(control.write(1)).isTrue();
    assertThat(control.isReady()).isTrue();
  }

  @Test
  void changesNothingWhereReservedBitsAreSet() {
    for (long value : new long[] {2, 3, 1L << 32, -1}) {
      assertThat(control.write(value)).isFalse();
      assertThat(control.readiness()).isEqualTo(Readiness.SILENT);
    }
  }

  @Test
  void goesThroughThePortAsThroughTheRegister() throws Exception {
    PortDevice port = control.port();
    assertThat(port.read()).isZero();
    port.write(2);
    assertThat(port.read()).isZero();
    port.write(1);
    assertThat(port.read()).isOne();
    assertThat(control.isReady()).isTrue();
    port.write(0);
    assertThat(control.readiness()).isEqualTo(Readiness.WITHDRAWN);
  }

  @Test
  void isTakenOverByTheHostThatTheGuestMovesTo() {
    control.takeOver();
    assertThat(control.isReady()).isTrue();
    assertThat(control.value()).isOne();
  }
}
