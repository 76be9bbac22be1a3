package dev.sealift.vmm.adopt;

import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.SevPlatform;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.util.List;

/** A machine that outlives its VMMs, and keeps what they have it keep. */
final class Machine {
  private static final int ANY = 7;

  final MemoryStore store = new MemoryStore();
  final TurningGuest turning = new TurningGuest();
  private final SoftwareMachine machine;

  Machine() {
    byte[] bootSeed = new byte[32];
    bootSeed[0] = ANY;
    machine =
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                    .asids(1006, 100)
                    .build(memory, controller),
            memory -> new XexMemoryController(memory, bootSeed),
            List.of(turning, new PseudoRandomWriterProgram()),
            KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
  }

  /** The machine as one that is never killed sees it. */
  Host host() {
    return new Host(machine.calls(), machine.signals(), store);
  }

  MortalVmm vmm() {
    return new MortalVmm(host());
  }

  MortalVmm vmm(int fatalCall, MortalVmm.Moment moment) {
    return new MortalVmm(host(), fatalCall, moment);
  }

  /** Guests that the Secure Processor holds. */
  int guests() throws VmmException {
    try (SevPlatform platform = SevPlatform.open(host())) {
      return Math.toIntExact(platform.status().guests());
    }
  }
}
