package dev.sealift.interpose.machine;

import java.nio.file.Path;

/** A machine in a process of its own: arguments are the directory of its memory and its socket. */
final class MachineProcess {

  private MachineProcess() {}

  public static void main(String[] arguments) throws Exception {
    SharedMemory memory = SharedMemory.create(Path.of(arguments[0]));
    try (MachineServer _ =
        MachineServer.serve(Path.of(arguments[1]), TestServer.machine(memory), memory)) {
      System.out.println("ready");
      // Until whoever started it closes its input, or kills it.
      while (System.in.read() >= 0) {}
    } finally {
      memory.close();
    }
  }
}
