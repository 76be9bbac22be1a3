package dev.sealift.cli.machine;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.TestRoot;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.interpose.machine.MachineException;
import dev.sealift.interpose.machine.MachineServer;
import dev.sealift.interpose.machine.SharedMemory;
import dev.sealift.kernel.KernelProfile;
import java.nio.file.Path;

/** A machine that is served in this process, and the host that is attached to it. */
record ServedMachine(
    SharedMemory memory, HostMachine machine, MachineServer server, HostMachine host)
    implements AutoCloseable {

  /** Skips the test where this machine has no such memory or sockets. */
  static ServedMachine in(Path directory, KernelProfile kernel) throws Exception {
    try {
      SharedMemory memory = SharedMemory.create(directory);
      HostMachine machine =
          HostMachine.powerUp(kernel, TestRoot.root(), ProcessorPace.UNPACED, memory);
      Path socket = directory.resolve("own").resolve("machine.sock");
      MachineServer server = MachineServer.serve(socket, machine.machine(), memory);
      return new ServedMachine(
          memory, machine, server, HostMachine.attach(socket, TestRoot.root()));
    } catch (MachineException refused) {
      return abort(refused.getMessage());
    }
  }

  @Override
  public void close() {
    host.close();
    server.close();
    machine.close();
    memory.close();
  }
}
