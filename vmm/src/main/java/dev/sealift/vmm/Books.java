package dev.sealift.vmm;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.layout.Field;
import dev.sealift.vmm.MigrationControl.Readiness;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * What a VMM itself knows of a guest and could not ask the kernel for: in mapped memory where the
 * host keeps such memory beyond the end of this process, so that another VMM can go on.
 *
 * <pre>
 *   offset  0 magic u64 "SEALBOOK" | 8 version u32 (1) | 12 dirty log u32: 1 if it is on
 *          16 pages u64 of guest memory
 *          24 wish u32: 0 not started, 1 run, 2 pause, 3 stop
 *          28 settled u32: 1 if the vCPU stands still with every exit completed
 *          32 readiness u32: 0 silent, 1 ready, 2 withdrawn
 *          36 answered u32: 1 if the hypercall that came by the port has its answer
 *          40 answer u64
 *          48 conversions u64
 *          56 zero u64
 *          64 shared pages, a bit a page as in a dirty bitmap, then zeros to the end of the page
 * </pre>
 *
 * <p>A VMM can be killed between any two stores. So none is made before those that came earlier in
 * the program: whoever reads an area of a dead VMM finds what it did up to some moment, and nothing
 * from after that.
 *
 * <p>Thread-safe but for the set of {@link #shared() shared pages}, and usable after {@link
 * #close}.
 */
final class Books implements AutoCloseable {
  /** "SEALBOOK", read as a little-endian word. */
  private static final long MAGIC_WORD = 0x4B4F_4F42_4C41_4553L;

  private static final int FORMAT = 1;
  private static final Field.U64 MAGIC = new Field.U64("magic", 0);
  private static final Field.U32 VERSION = new Field.U32("version", 8);
  private static final Field.U32 DIRTY_LOG = new Field.U32("dirty log", 12);
  private static final Field.U64 PAGES = new Field.U64("pages", 16);
  private static final Field.U32 WISH = new Field.U32("wish", 24);
  private static final Field.U32 SETTLED = new Field.U32("settled", 28);
  private static final Field.U32 READINESS = new Field.U32("readiness", 32);
  private static final Field.U32 ANSWERED = new Field.U32("answered", 36);
  private static final Field.U64 ANSWER = new Field.U64("answer", 40);
  private static final Field.U64 CONVERSIONS = new Field.U64("conversions", 48);
  private static final Field.U64 ZERO = new Field.U64("zero", 56);
  private static final int SHARED = 64;

  /** Each by its number. */
  private static final List<VcpuWish> WISHES =
      List.of(VcpuWish.NOT_STARTED, VcpuWish.RUN, VcpuWish.PAUSE, VcpuWish.STOP);

  private static final List<Readiness> READINESSES =
      List.of(Readiness.SILENT, Readiness.READY, Readiness.WITHDRAWN);

  private final Host host;
  private final boolean mapped;
  private MemorySegment area;
  private PageSet shared;

  private Books(Host host, boolean mapped, MemorySegment area, PageSet shared) {
    this.host = host;
    this.mapped = mapped;
    this.area = area;
    this.shared = shared;
  }

  /**
   * Empty books: all pages private, nothing asked of the vCPU. Mapped if the host can keep them.
   */
  static Books create(Host host, long pages) throws VmmException {
    long size = size(pages);
    if (!host.keeps()) {
      return begin(host, false, Arena.ofAuto().allocate(size, Long.BYTES), pages);
    }
    return switch (host.calls()
        .mmap(
            size,
            MapFlags.PROT_READ | MapFlags.PROT_WRITE,
            MapFlags.MAP_SHARED | MapFlags.MAP_ANONYMOUS,
            -1,
            0)) {
      case MapResult.Mapped(MemorySegment area) -> begin(host, true, area, pages);
      case MapResult.Refused(var errno) -> throw VmmException.ofCall("mmap", "the books", errno);
    };
  }

  private static Books begin(Host host, boolean mapped, MemorySegment area, long pages) {
    PAGES.set(area, pages);
    VERSION.set(area, FORMAT);
    MAGIC.set(area, MAGIC_WORD);
    return new Books(host, mapped, area, PageSet.over(pages, words(area, pages)));
  }

  /**
   * The books of a VMM that is no more, which may hold anything.
   *
   * @param pages of the guest's memory
   * @throws IllegalArgumentException if they cannot be right; the message says why, as the end of a
   *     sentence
   */
  static Books read(Host host, MemorySegment area, long pages) {
    demand(area.byteSize() == size(pages), "they have " + area.byteSize() + " bytes");
    demand(MAGIC.get(area) == MAGIC_WORD, "they do not begin as books do");
    demand(
        VERSION.get(area) == FORMAT,
        "they are of version " + VERSION.getUnsigned(area) + ", not 1");
    demand(PAGES.get(area) == pages, "they are of a guest of another size");
    below(2, DIRTY_LOG, area);
    below(WISHES.size(), WISH, area);
    below(2, SETTLED, area);
    below(READINESSES.size(), READINESS, area);
    below(2, ANSWERED, area);
    demand(CONVERSIONS.get(area) >= 0, "conversions is " + CONVERSIONS.get(area));
    demand(ZERO.get(area) == 0, "a place for zeros has others");
    return new Books(host, true, area, PageSet.over(pages, words(area, pages)));
  }

  private static void below(int limit, Field.U32 field, MemorySegment area) {
    long value = field.getUnsigned(area);
    demand(value < limit, field.name() + " is " + value);
  }

  private static void demand(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static long size(long pages) {
    return Pages.base(SHARED + wordBytes(pages) + Pages.SIZE - 1);
  }

  private static long wordBytes(long pages) {
    return Math.ceilDiv(pages, Long.SIZE) * Long.BYTES;
  }

  private static MemorySegment words(MemorySegment area, long pages) {
    return area.asSlice(SHARED, wordBytes(pages));
  }

  /** All of them. */
  synchronized MemorySegment area() {
    return area;
  }

  /** The shared pages, to be read and changed by one thread at a time. */
  synchronized PageSet shared() {
    return shared;
  }

  synchronized long conversions() {
    return CONVERSIONS.get(area);
  }

  synchronized void conversions(long count) {
    VarHandle.releaseFence();
    CONVERSIONS.set(area, count);
  }

  synchronized Readiness readiness() {
    return READINESSES.get(READINESS.get(area));
  }

  void readiness(Readiness readiness) {
    set(READINESS, READINESSES.indexOf(readiness));
  }

  /** Whether the kernel records what the guest writes, or was about to. */
  synchronized boolean dirtyLogIsOn() {
    return DIRTY_LOG.get(area) != 0;
  }

  void dirtyLogIsOn(boolean on) {
    set(DIRTY_LOG, on ? 1 : 0);
  }

  synchronized VcpuWish wish() {
    return WISHES.get(WISH.get(area));
  }

  void wish(VcpuWish wish) {
    set(WISH, WISHES.indexOf(wish));
  }

  /** Whether the vCPU stands still with every exit completed. */
  synchronized boolean isSettled() {
    return SETTLED.get(area) != 0;
  }

  void settled(boolean settled) {
    set(SETTLED, settled ? 1 : 0);
  }

  /** Whether the hypercall that came by the port has its answer. */
  synchronized boolean hasAnswer() {
    return ANSWERED.get(area) != 0;
  }

  /** That answer. */
  synchronized long answer() {
    return ANSWER.get(area);
  }

  synchronized void answer(long answer) {
    VarHandle.releaseFence();
    ANSWER.set(area, answer);
    set(ANSWERED, 1);
  }

  void forgetAnswer() {
    set(ANSWERED, 0);
  }

  private synchronized void set(Field.U32 field, int value) {
    VarHandle.releaseFence();
    field.set(area, value);
  }

  /** Unmaps them; what is asked from here on is answered from a copy. */
  @Override
  public synchronized void close() {
    if (mapped) {
      MemorySegment gone = area;
      shared = shared.copy();
      area = Arena.ofAuto().allocate(SHARED, Long.BYTES).copyFrom(gone.asSlice(0, SHARED));
      host.calls().munmap(gone);
    }
  }
}
