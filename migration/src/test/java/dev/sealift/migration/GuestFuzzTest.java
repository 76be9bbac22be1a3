package dev.sealift.migration;

import dev.sealift.abi.kvm.VcpuBlob;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes that a peer says are a guest's")
class GuestFuzzTest implements FuzzSuite {

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of(
                "guest-configuration",
                Promise.oneForm(GuestFuzzTest::readConfiguration, GuestConfiguration::encode))
            .refusing(VmmException.class)
            .upTo(1 << 10)
            .sampled(samples ->
                samples.put(
                    "guest",
                    new GuestConfiguration("web-1 (Köln)", 64 << 20, 5, "writer seed=7").encode())),
        FuzzTarget.of("vcpu-state", GuestFuzzTest::readState)
            .refusing(VmmException.class)
            .sampled(GuestFuzzTest::addStates));
  }

  /** Its texts are shown to people: a peer must not speak to their terminal. */
  private static GuestConfiguration readConfiguration(byte[] input) throws VmmException {
    GuestConfiguration configuration = GuestConfiguration.decode(input);
    Promise.holds(
        (configuration.name() + configuration.workload())
            .chars()
            .noneMatch(Character::isISOControl),
        "a guest's texts are printable");
    return configuration;
  }

  /** The parts may come in any order, and are written in one. */
  private static void readState(byte[] input) throws VmmException {
    byte[] written = VcpuState.decode(input).encode();
    Promise.holds(written.length == input.length, "a state says nothing twice");
    Promise.holds(written, VcpuState.decode(written).encode(), "a state is written in two forms");
  }

  private static void addStates(Map<String, byte[]> samples) {
    Map<VcpuBlob, byte[]> all = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : VcpuBlob.values()) {
      byte[] bytes = new byte[blob.size()];
      Arrays.fill(bytes, (byte) blob.ordinal());
      all.put(blob, bytes);
    }
    samples.put("whole", new VcpuState(all, Map.of(0x10, 5L)).encode());
    all.keySet().retainAll(List.of(VcpuBlob.VCPU_EVENTS, VcpuBlob.MP_STATE));
    samples.put("beside-registers", new VcpuState(all, Map.of(0x10, 5L, 0x11, -1L)).encode());
  }
}
