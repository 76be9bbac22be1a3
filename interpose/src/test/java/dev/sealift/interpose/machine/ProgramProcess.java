package dev.sealift.interpose.machine;

import dev.sealift.abi.DescriptorStore.Kept;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A program in a process of its own, which waits to be killed in the middle of calls: its arguments
 * are the machine's socket and the name of a guest. It takes the guest up, or makes it and keeps
 * it, and lets it run; its other threads make and drop guests, memory and sets without end.
 */
final class ProgramProcess {
  private static final int RESTLESS_THREADS = 3;

  private ProgramProcess() {}

  public static void main(String[] arguments) throws Exception {
    MachineClient client = MachineClient.attach(Path.of(arguments[0]));
    String name = arguments[1];
    CountingGuest guest =
        client
            .find(name)
            .map(kept -> CountingGuest.of(client, kept))
            .orElseGet(() -> CountingGuest.create(client));
    require(client.keep(name, guest.kept()));
    long before = guest.count();
    RunningVcpu vcpu = new RunningVcpu(client, guest);
    for (int i = 0; i < RESTLESS_THREADS; i++) {
      String other = "restless " + i;
      Thread.ofPlatform().start(() -> stir(client, other));
    }
    while (guest.count() < before + 1000) {
      LockSupport.parkNanos(1_000_000);
    }
    System.out.println("runs");
    vcpu.result();
  }

  private static void stir(MachineClient client, String name) {
    while (true) {
      CountingGuest guest = CountingGuest.create(client);
      MemorySegment memory = CountingGuest.anonymous(client, 64 * Pages.SIZE);
      RunningVcpu vcpu = new RunningVcpu(client, guest);
      int sev = client.open("/dev/sev", OpenFlags.O_RDWR);
      require(client.keep(name, new Kept(List.of(sev, guest.vm()), List.of(memory), new byte[9])));
      vcpu.stop();
      require(client.forget(name));
      for (int fd : List.of(guest.vcpu(), guest.vm(), guest.kvm(), sev)) {
        require(client.close(fd));
      }
      for (MemorySegment mapping : List.of(guest.memory(), guest.run(), guest.structs(), memory)) {
        require(client.munmap(mapping));
      }
    }
  }

  private static void require(int result) {
    if (result < 0) {
      throw new IllegalStateException("a call failed with " + result);
    }
  }
}
