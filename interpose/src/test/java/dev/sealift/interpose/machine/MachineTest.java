package dev.sealift.interpose.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.DescriptorStore.Kept;
import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.kvm.KvmIoctl;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A machine that is served")
@Timeout(60)
class MachineTest {
  private static final int KICK = 40;

  private TestServer machine;

  @BeforeEach
  void powerUp(@TempDir Path directory) {
    machine = TestServer.in(directory);
  }

  @AfterEach
  void switchOff() {
    machine.close();
  }

  @Test
  void runsAGuestForAProgram() throws Exception {
    try (MachineClient client = machine.attach()) {
      CountingGuest guest = CountingGuest.create(client);
      RunningVcpu vcpu = new RunningVcpu(client, guest);
      await(() -> guest.count() > 1000);
      assertThat(vcpu.stop()).isEqualTo(Errno.EINTR.negated());
      assertThat(guest.register(CountingProgram.R8)).isEqualTo(guest.count());
    }
  }

  @Test
  void answersAsAKernelDoes() throws Exception {
    try (MachineClient client = machine.attach()) {
      assertThat(client.open("/dev/null", OpenFlags.O_RDWR)).isEqualTo(Errno.ENOENT.negated());
      assertThat(client.open("/".repeat(5000), 0)).as("ENAMETOOLONG").isEqualTo(-36);
      assertThat(client.close(99)).isEqualTo(Errno.EBADF.negated());
      int kvm = client.open("/dev/kvm", OpenFlags.O_RDWR);
      assertThat(client.ioctl(kvm, KvmIoctl.GET_API_VERSION, 0)).isEqualTo(12);
      assertThat(client.ioctl(kvm, 0x1234, 0)).isEqualTo(Errno.EINVAL.negated());
      int vm = client.ioctl(kvm, KvmIoctl.CREATE_VM, 0);
      assertThat(client.ioctl(vm, KvmIoctl.SET_USER_MEMORY_REGION, 0x1000))
          .isEqualTo(Errno.EFAULT.negated());
      int writable = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
      assertThat(client.mmap(123, writable, MapFlags.MAP_SHARED, -1, 0))
          .isEqualTo(new MapResult.Refused(Errno.EBADF));
      assertThat(client.take(KICK)).isEqualTo(Errno.EAGAIN.negated());
      assertThat(client.block(65)).isEqualTo(Errno.EINVAL.negated());
    }
  }

  @Test
  void givesMemoryThatIsOfNoUseOnceItIsUnmapped() throws Exception {
    try (MachineClient client = machine.attach()) {
      MemorySegment memory = CountingGuest.anonymous(client, 4 * Pages.SIZE);
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      memory.fill((byte) 1);
      assertThat(client.munmap(memory.asSlice(0, Pages.SIZE))).isEqualTo(Errno.EINVAL.negated());
      assertThat(client.munmap(memory)).isZero();
      assertThat(client.munmap(memory)).isEqualTo(Errno.EINVAL.negated());
      assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThat(client.standing().mappings()).isZero();
      MemorySegment other = CountingGuest.anonymous(client, 4 * Pages.SIZE);
      assertThat(other.address()).as("never given twice").isNotEqualTo(memory.address());
      MemorySegment readOnly =
          CountingGuest.mapped(
              client.mmap(
                  Pages.SIZE,
                  MapFlags.PROT_READ,
                  MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS,
                  -1,
                  0));
      assertThat(readOnly.isReadOnly()).isTrue();
    }
  }

  @Test
  void refusesMemoryThatThereIsNoRoomFor() throws Exception {
    try (MachineClient client = machine.attach()) {
      int writable = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
      int anonymous = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS;
      assertThat(client.mmap(1L << 50, writable, anonymous, -1, 0))
          .isEqualTo(new MapResult.Refused(Errno.ENOMEM));
      assertThat(client.mmap(1L << 44, writable, anonymous, -1, 0))
          .isEqualTo(new MapResult.Refused(Errno.ENOMEM));
      assertThat(client.standing().mappings()).isZero();
    }
  }

  @Test
  void dropsAllThatAProgramDidNotKeep() throws Exception {
    try (MachineClient client = machine.attach()) {
      CountingGuest guest = CountingGuest.create(client);
      assertThat(client.open("/dev/sev", OpenFlags.O_RDWR)).isPositive();
      assertThat(client.standing().descriptors()).isEqualTo(CountingGuest.DESCRIPTORS + 1);
      assertThat(client.standing().mappings()).isEqualTo(CountingGuest.MAPPINGS);
      new RunningVcpu(client, guest);
      await(() -> guest.count() > 0);
    }
    try (MachineClient next = machine.attach()) {
      assertThat(next.names()).isEmpty();
      assertThat(next.standing()).isEqualTo(new Standing(2, 0, 0, 0));
    }
  }

  @Test
  void keepsAGuestThatStandsStillUntilTheNextProgramTakesItUp() throws Exception {
    CountingGuest left;
    long count;
    try (MachineClient client = machine.attach()) {
      left = CountingGuest.create(client);
      CountingGuest dropped = CountingGuest.create(client);
      assertThat(client.keep("guest", left.kept())).isZero();
      new RunningVcpu(client, left);
      new RunningVcpu(client, dropped);
      await(() -> left.count() > 1000 && dropped.count() > 1000);
      count = left.count();
    }
    try (MachineClient next = machine.attach()) {
      assertThat(next.names()).containsExactly("guest");
      Kept kept = next.find("guest").orElseThrow();
      CountingGuest found = CountingGuest.of(next, kept);
      assertThat(kept.descriptors()).containsExactly(left.kvm(), left.vm(), left.vcpu());
      assertThat(kept.mappings())
          .extracting(MemorySegment::address)
          .containsExactly(left.memory().address(), left.run().address(), left.structs().address());
      assertThat(kept.note()).containsExactly(7);
      assertThat(next.standing())
          .isEqualTo(new Standing(2, CountingGuest.DESCRIPTORS, CountingGuest.MAPPINGS, 1));

      assertThat(found.count()).isGreaterThanOrEqualTo(count);
      assertThat(found.register(CountingProgram.R8)).isEqualTo(found.count());
      long stood = found.count();
      RunningVcpu vcpu = new RunningVcpu(next, found);
      await(() -> found.count() > stood + 1000);
      assertThat(vcpu.stop()).isEqualTo(Errno.EINTR.negated());
      assertThat(found.register(CountingProgram.R8)).isEqualTo(found.count());
    }
  }

  @Test
  void keepsSetsWholeOrNotAtAll() throws Exception {
    try (MachineClient client = machine.attach()) {
      CountingGuest guest = CountingGuest.create(client);
      MemorySegment other = CountingGuest.anonymous(client, Pages.SIZE);
      assertThat(client.keep("guest", guest.kept())).isZero();
      assertThat(client.keep("page", new Kept(List.of(), List.of(other), new byte[0]))).isZero();
      assertThat(client.close(guest.vcpu())).isZero();
      assertThat(client.names()).containsExactly("page");
      assertThat(client.munmap(other)).isZero();
      assertThat(client.names()).isEmpty();
      assertThat(client.forget("page")).isEqualTo(Errno.ENOENT.negated());
      assertThat(client.find("guest")).isEmpty();
    }
  }

  @Test
  void refusesToKeepWhatIsNotThereOrTooMuch() throws Exception {
    try (MachineClient client = machine.attach()) {
      int kvm = client.open("/dev/kvm", OpenFlags.O_RDWR);
      MemorySegment memory = CountingGuest.anonymous(client, 2 * Pages.SIZE);
      byte[] none = new byte[0];
      Kept whole = new Kept(List.of(kvm), List.of(memory), none);
      assertThat(client.keep("kept", whole)).isZero();

      assertThat(client.keep("kept", new Kept(List.of(kvm, 99), List.of(), none)))
          .isEqualTo(Errno.EBADF.negated());
      assertThat(
              client.keep(
                  "kept", new Kept(List.of(), List.of(memory.asSlice(0, Pages.SIZE)), none)))
          .isEqualTo(Errno.EFAULT.negated());
      byte[] note = new byte[DescriptorStore.MOST_NOTE + 1];
      assertThat(client.keep("kept", new Kept(List.of(kvm), List.of(), note)))
          .isEqualTo(Errno.EINVAL.negated());
      String longest = "é".repeat(DescriptorStore.MOST_NAME / 2);
      assertThat(client.keep(longest + "e", whole)).isEqualTo(Errno.EINVAL.negated());
      assertThat(client.keep("", whole)).isEqualTo(Errno.EINVAL.negated());
      Integer[] many = new Integer[Holdings.MOST_OF_A_KIND + 1];
      Arrays.fill(many, kvm);
      assertThat(client.keep("kept", new Kept(List.of(many), List.of(), none)))
          .isEqualTo(Errno.ENOSPC.negated());
      assertThat(client.find("kept").orElseThrow().descriptors()).containsExactly(kvm);

      note = new byte[DescriptorStore.MOST_NOTE];
      Arrays.fill(note, (byte) 9);
      Kept largest = new Kept(List.of(many).subList(1, many.length), List.of(memory), note);
      assertThat(client.keep(longest, largest)).isZero();
      Kept found = client.find(longest).orElseThrow();
      assertThat(found.note()).isEqualTo(note);
      assertThat(found.descriptors()).isEqualTo(largest.descriptors());
    }
  }

  @Test
  void keepsAThousandSetsAndNoMore() throws Exception {
    try (MachineClient client = machine.attach()) {
      int kvm = client.open("/dev/kvm", OpenFlags.O_RDWR);
      Kept set = new Kept(List.of(kvm), List.of(), new byte[0]);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < DescriptorStore.MOST_KEPT; i++) {
        String name = "%04d-%s".formatted(i, "x".repeat(100));
        names.add(name);
        assertThat(client.keep(name, set)).isZero();
      }
      assertThat(client.keep("one more", set)).isEqualTo(Errno.ENOSPC.negated());
      assertThat(client.keep(names.getFirst(), set)).as("in its own place").isZero();
      assertThat(client.names()).isEqualTo(names);
      assertThat(client.forget(names.getLast())).isZero();
      assertThat(client.keep("one more", set)).isZero();
    }
  }

  @Test
  void servesOneProgramAtATime() throws Exception {
    try (MachineClient first = machine.attach()) {
      int kvm = first.open("/dev/kvm", OpenFlags.O_RDWR);
      assertThatThrownBy(machine::attach)
          .isInstanceOf(MachineException.class)
          .hasMessageContaining("serves another program already");
      assertThat(first.ioctl(kvm, KvmIoctl.GET_API_VERSION, 0)).isEqualTo(12);
    }
    machine.attach().close();
  }

  @Test
  void knowsAThreadUntilItEnds() throws Exception {
    try (MachineClient client = machine.attach()) {
      int own = client.currentThread();
      AtomicInteger other = new AtomicInteger();
      Thread thread = Thread.ofPlatform().start(() -> other.set(client.currentThread()));
      thread.join();
      assertThat(other.get()).isPositive().isNotEqualTo(own);
      await(() -> client.standing().connections() == 2);
      assertThat(client.send(other.get(), KICK)).isEqualTo(Errno.ESRCH.negated());
      assertThat(client.currentThread()).isEqualTo(own);
    }
  }

  @Test
  void goesOnWithACallWhoseThreadJavaInterrupts() throws Exception {
    try (MachineClient client = machine.attach()) {
      CountingGuest guest = CountingGuest.create(client);
      RunningVcpu vcpu = new RunningVcpu(client, guest);
      await(() -> guest.count() > 0);
      vcpu.thread().interrupt();
      long then = guest.count();
      await(() -> guest.count() > then + 1000);
      assertThat(vcpu.stop()).isEqualTo(Errno.EINTR.negated());
    }
  }

  @Test
  void leavesNothingBehindWhenItIsSwitchedOff() throws Exception {
    Path memory = machine.memory().directory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(memory)))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(machine.socket())))
        .isEqualTo("rw-------");
    try (MachineClient client = machine.attach()) {
      CountingGuest guest = CountingGuest.create(client);
      assertThat(client.keep("guest", guest.kept())).isZero();
      RunningVcpu vcpu = new RunningVcpu(client, guest);
      await(() -> guest.count() > 0);
      machine.server().close();
      assertThat(vcpu.result()).isEqualTo(Errno.ENODEV.negated());
      assertThat(client.ioctl(guest.kvm(), KvmIoctl.GET_API_VERSION, 0))
          .isEqualTo(Errno.ENODEV.negated());
      assertThatThrownBy(client::names).hasMessageContaining("does not answer");
    }
    machine.memory().close();
    assertThat(memory).doesNotExist();
    assertThat(machine.socket()).doesNotExist();
  }

  static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }
}
