package dev.sealift.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.kvm.VcpuBlob;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The state of a vCPU")
class VcpuStateTest {
  private final Random random = new Random(1);

  private VcpuState state(int msrs) {
    Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : VcpuBlob.values()) {
      byte[] bytes = new byte[blob.size()];
      random.nextBytes(bytes);
      blobs.put(blob, bytes);
    }
    Map<Integer, Long> registers = new LinkedHashMap<>();
    for (int i = 0; i < msrs; i++) {
      registers.put(0xC000_0080 + i, random.nextLong());
    }
    return new VcpuState(blobs, registers);
  }

  @Test
  void comesBackFromItsBytes() throws Exception {
    for (int msrs : new int[] {0, 12, VcpuState.MAX_MSRS}) {
      VcpuState state = state(msrs);
      byte[] encoded = state.encode();
      assertThat(encoded.length).isLessThanOrEqualTo(VcpuState.MAX_ENCODED);

      VcpuState decoded = VcpuState.decode(encoded);

      assertThat(decoded.msrs()).isEqualTo(state.msrs());
      for (VcpuBlob blob : VcpuBlob.values()) {
        assertThat(decoded.blobs().get(blob)).isEqualTo(state.blobs().get(blob));
      }
    }
  }

  @Test
  void mayBeWhatIsBesideEncryptedRegisters() throws Exception {
    VcpuState whole = state(1);
    Map<VcpuBlob, byte[]> beside = new EnumMap<>(VcpuBlob.class);
    VcpuState.BESIDE_REGISTERS.forEach(blob -> beside.put(blob, whole.blobs().get(blob)));

    VcpuState decoded = VcpuState.decode(new VcpuState(beside, Map.of(0x10, 7L)).encode());

    assertThat(decoded.hasRegisters()).isFalse();
    assertThat(decoded.blobs().keySet()).isEqualTo(VcpuState.BESIDE_REGISTERS);
    assertThat(decoded.msrs()).containsExactly(Map.entry(0x10, 7L));
    assertThat(VcpuState.decode(whole.encode()).hasRegisters()).isTrue();
  }

  @Test
  void isNoOtherSelectionOfParts() {
    VcpuState whole = state(0);
    for (VcpuBlob missing : VcpuBlob.values()) {
      Map<VcpuBlob, byte[]> rest = new EnumMap<>(whole.blobs());
      rest.remove(missing);
      assertThatThrownBy(() -> new VcpuState(rest, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(missing.name());
    }
  }

  @Test
  void isRefusedUnlessItIsExactlyOne() {
    byte[] encoded = state(12).encode();
    for (int length = 0; length < encoded.length; length += 7) {
      byte[] cut = Arrays.copyOf(encoded, length);
      assertMalformed(cut, "it ends early");
    }
    assertMalformed(Arrays.copyOf(encoded, encoded.length + 1), "1 bytes follow it");
    assertMalformed(new byte[VcpuState.MAX_ENCODED + 1], "more than 8192");
    assertMalformed(changed(encoded, 0, 2), "it is of version 2, not 1");
    assertMalformed(changed(encoded, 1, 6), "malformed");
    assertMalformed(changed(encoded, 2, 0), "it has an unknown part");
    assertMalformed(changed(encoded, 6, 0), "SREGS takes 312 bytes");
  }

  @Test
  void isRefusedIfAPartIsThereTwice() {
    byte[] encoded = state(0).encode();
    byte[] twice = new byte[encoded.length];
    int sregs = 8 + VcpuBlob.SREGS.size();
    System.arraycopy(encoded, 0, twice, 0, 2 + sregs);
    System.arraycopy(encoded, 2, twice, 2 + sregs, sregs);
    assertMalformed(twice, "SREGS is there twice");
  }

  @Test
  void neverFailsInAnyOtherWayWhateverItsBytes() {
    byte[] encoded = state(12).encode();
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = encoded.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      damaged[random.nextInt(40)] = (byte) random.nextInt();
      try {
        VcpuState.decode(damaged);
      } catch (VmmException expected) {
        assertThat(expected).hasMessageContaining("malformed");
      }
    }
    assertThatCode(() -> VcpuState.decode(encoded)).doesNotThrowAnyException();
  }

  private static byte[] changed(byte[] encoded, int at, int value) {
    byte[] changed = encoded.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static void assertMalformed(byte[] bytes, String why) {
    assertThatThrownBy(() -> VcpuState.decode(bytes))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("malformed")
        .hasMessageContaining(why);
  }
}
