package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmExit;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.abi.kvm.KvmRun;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A VMM whose guest announces ranges for ever, in turn by both ways, all in the memory of a file:
 * made to be killed at any moment and looked into by another process. What the kernel does is
 * played, and cannot be cut short: the exit counts from its last store on.
 *
 * <pre>
 *   guest memory | run area, 2 pages | books | a page: 0 announcements made, 8 general registers
 * </pre>
 */
final class EndlessAnnouncements {
  static final long PAGES = 256;
  static final byte OLD = 0x5A;
  private static final long RUN_AREA = PAGES * Pages.SIZE;
  private static final long BOOKS = RUN_AREA + 2L * Pages.SIZE;
  private static final long KERNEL = BOOKS + Pages.SIZE;
  private static final long SIZE = KERNEL + Pages.SIZE;
  private static final long REGISTERS = 8;

  final GuestMemory memory;
  final PageStatus pageStatus;
  final RunArea runArea;
  private final VcpuExits exits;
  private final MemorySegment area;
  private final MemorySegment kernel;

  private EndlessAnnouncements(MemorySegment file, boolean begin) throws VmmException {
    PaperKernel paper =
        new PaperKernel() {
          @Override
          KvmRegs registers() {
            return KvmRegs.read(kernelRegisters(file));
          }

          @Override
          void registers(KvmRegs values) {
            values.write(kernelRegisters(file));
          }
        };
    Host host = paper.host();
    memory = new GuestMemory(host, file.asSlice(0, RUN_AREA));
    area = file.asSlice(RUN_AREA, 2L * Pages.SIZE);
    kernel = file.asSlice(KERNEL, Pages.SIZE);
    runArea = new RunArea(host, area);
    MemorySegment words = file.asSlice(BOOKS, Pages.SIZE);
    if (begin) {
      words.copyFrom(Books.create(host, PAGES).area());
    }
    Books books = Books.read(host, words, PAGES);
    pageStatus = new PageStatus(books);
    VcpuRegisters registers =
        new VcpuRegisters(Descriptor.open(host, "vcpu", 0), new CallMemory(host));
    var requests =
        new GuestRequests(
            new GuestPorts(), new Hypercalls(pageStatus, memory), new MigrationControl(books));
    exits = new VcpuExits(runArea, registers, requests, books);
  }

  private static MemorySegment kernelRegisters(MemorySegment file) {
    return file.asSlice(KERNEL + REGISTERS, KvmRegs.LAYOUT.size());
  }

  static EndlessAnnouncements in(Path file, boolean begin) throws IOException, VmmException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(SIZE);
      MemorySegment mapped =
          opened.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, SIZE, Arena.ofAuto());
      return new EndlessAnnouncements(mapped, begin);
    }
  }

  /** Announcements that the guest has begun: the last of them may not be served yet. */
  long made() {
    return kernel.get(ValueLayout.JAVA_LONG, 0);
  }

  /** Serves what stands in the run area; the guest's answer. */
  long serve() throws VmmException {
    if (exits.serve().isPresent()) {
      throw new AssertionError("the guest ended");
    }
    return isByPort(made())
        ? KvmRegs.read(kernel.asSlice(REGISTERS)).rax()
        : KvmRun.HYPERCALL_RET.get(area);
  }

  static boolean isByPort(long number) {
    return number % 2 == 1;
  }

  /** First page, pages, and 1 if they are shared: of an announcement. */
  static long[] announcement(long number) {
    long first = number * 37 % (PAGES - 100);
    return new long[] {first, 1 + number * 13 % 100, number / 3 % 2};
  }

  /** The guest fills all its memory, and leaves KVM_RUN with its next announcement. */
  private void leave() {
    long number = made() + 1;
    long[] range = announcement(number);
    memory.segment().asSlice(range[0] * Pages.SIZE, range[1] * Pages.SIZE).fill(OLD);
    long attributes = range[2] == 1 ? 0 : Hypercall.ATTRIBUTE_ENCRYPTED;
    long address = range[0] * Pages.SIZE;
    new KvmRegs(
            Hypercall.MAP_GPA_RANGE,
            address,
            range[1],
            attributes,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            2)
        .write(kernel.asSlice(REGISTERS));
    if (isByPort(number)) {
      KvmRun.IO_DIRECTION.set(area, KvmRun.IO_OUT);
      KvmRun.IO_SIZE.set(area, 4);
      KvmRun.IO_PORT.set(area, GuestPorts.HYPERCALL);
      KvmRun.IO_COUNT.set(area, 1);
      KvmRun.IO_DATA_OFFSET.set(area, Pages.SIZE);
    } else {
      KvmRun.HYPERCALL_NR.set(area, Hypercall.MAP_GPA_RANGE);
      KvmRun.hypercallArgument(0).set(area, address);
      KvmRun.hypercallArgument(1).set(area, range[1]);
      KvmRun.hypercallArgument(2).set(area, attributes);
      KvmRun.HYPERCALL_RET.set(area, -1);
    }
    VarHandle.releaseFence();
    kernel.set(ValueLayout.JAVA_LONG, 0, number);
    VarHandle.releaseFence();
    KvmRun.EXIT_REASON.set(area, isByPort(number) ? KvmExit.IO : KvmExit.HYPERCALL);
    VarHandle.releaseFence();
  }

  /** Runs until it is killed, saying once that it does. */
  public static void main(String[] file) throws Exception {
    EndlessAnnouncements vmm = in(Path.of(file[0]), true);
    for (long i = 0; ; i++) {
      if (i == 1000) {
        System.out.println("serving");
      }
      vmm.leave();
      vmm.serve();
      vmm.exits.conclude();
    }
  }
}
