package dev.sealift.cli.machine;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.interpose.machine.MachineException;
import dev.sealift.interpose.machine.MachineServer;
import dev.sealift.interpose.machine.SharedMemory;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.vmm.guest.PseudoRandomWriterProgram;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;

/** A machine that is served in this process, and the host that is attached to it. */
record ServedMachine(SharedMemory memory, MachineServer server, HostMachine host)
    implements AutoCloseable {

  /** Skips the test where this machine has no such memory or sockets. */
  static ServedMachine in(Path directory) throws Exception {
    try {
      SharedMemory memory = SharedMemory.create(directory);
      Path socket = directory.resolve("own").resolve("machine.sock");
      MachineServer server = MachineServer.serve(socket, machine(memory), memory);
      return new ServedMachine(memory, server, HostMachine.attach(socket, TestRoot.root()));
    } catch (MachineException refused) {
      return abort(refused.getMessage());
    }
  }

  private static SoftwareMachine machine(SharedMemory memory) {
    byte[] bootSeed = new SecureRandom().generateSeed(16);
    return SoftwareMachine.model(
        (system, controller) ->
            SoftwareSecureProcessor.builder()
                .rootOfTrust(TestRoot.root().root())
                .asids(1006, 100)
                .build(system, controller),
        system -> new XexMemoryController(system, bootSeed),
        List.of(new PseudoRandomWriterProgram()),
        KernelSettings.DEFAULT.with(KernelProfile.EXTENDED).withInitOnProbe(),
        memory);
  }

  @Override
  public void close() {
    host.close();
    server.close();
    memory.close();
  }
}
