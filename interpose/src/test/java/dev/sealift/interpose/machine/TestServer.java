package dev.sealift.interpose.machine;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.kernel.KernelSettings;
import dev.sealift.kernel.SoftwareMachine;
import java.nio.file.Path;
import java.util.List;

/** A machine that is served, in this process. */
record TestServer(Path socket, SharedMemory memory, MachineServer server) implements AutoCloseable {

  /** Skips the test where this machine has no such memory or sockets. */
  static TestServer in(Path directory) {
    try {
      SharedMemory memory = SharedMemory.create(directory);
      Path socket = directory.resolve("own").resolve("machine.sock");
      return new TestServer(socket, memory, MachineServer.serve(socket, machine(memory), memory));
    } catch (MachineException refused) {
      return abort(refused.getMessage());
    }
  }

  static SoftwareMachine machine(SharedMemory memory) {
    return SoftwareMachine.model(
        (system, controller) ->
            SoftwareSecureProcessor.builder()
                .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                .asids(100, 1)
                .build(system, controller),
        PlainMemoryController::new,
        List.of(new CountingProgram()),
        KernelSettings.DEFAULT,
        memory);
  }

  MachineClient attach() throws MachineException {
    return MachineClient.attach(socket);
  }

  @Override
  public void close() {
    server.close();
    memory.close();
  }
}
