package dev.sealift.vmm.guest;

import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmRegs;
import dev.sealift.vmm.GuestMemory;
import dev.sealift.vmm.LaunchedVcpu;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A guest that writes pseudo-randomly all over its hot set, for ever, so that every byte of its
 * memory follows from the number of steps it has done. It exists three times: as machine code
 * ({@code pseudo-random-writer.S}), as a program for hosts whose processor is a model ({@link
 * PseudoRandomWriterProgram}), and as a replay ({@link Replay}). One image starts either of the
 * first two.
 *
 * <pre>
 *   0x001000  page tables and descriptors ({@link BootImage})
 *   0x006040  the frame by which the machine code goes down to ring 3
 *   0x008000  32 bytes of signature for the model; the machine code from 0x8040 on
 *   0x010000  end of what the owner loads and measures; the guest fills everything above itself
 *   0x100000  window, 64 pages, shared: what the guest shows of its memory
 *   0x180000  exchange range, 32 pages, shared and private in turn
 *   0x400000  hot set
 * </pre>
 *
 * <p>The algorithm. The guest boots in ring 0: it announces that all its memory is private and that
 * the window is shared, and says by MSR_KVM_MIGRATION_CONTROL that it may be moved, each only if
 * CPUID says that the host listens. The machine code then goes down to ring 3. Filling a range with
 * a salt makes the 8-byte word at {@code a} {@code (a ^ salt) * 0x9E3779B97F4A7C15}. The guest
 * fills all memory from 0x10000 up with salt 0 and the window with salt 1. Then batches of {@link
 * #STEPS_PER_BATCH} steps follow each other. A step takes the next state {@code s} of a xorshift
 * generator (13, 7, 17) and adds it to word {@code s} mod the size of the hot set. After every
 * eighth batch the exchange range changes its status, which is announced, and is filled, salted
 * with the number of batches. After every batch the guest writes the number of batches to {@link
 * dev.sealift.vmm.GuestPorts#PROGRESS} and reads {@link dev.sealift.vmm.GuestPorts#COMMAND}; on
 * {@link #REVEAL} it copies its memory through the window, 64 pages at a time, writing the number
 * of each chunk to {@link dev.sealift.vmm.GuestPorts#REVEAL} and {@link #ALL_REVEALED} at last,
 * fills the window again and goes on.
 *
 * <p>Every change is announced after the guest has made it in its own books and before it writes to
 * the pages: what they held is lost the moment the host hears of it.
 */
public final class PseudoRandomWriter {
  /** Bytes from address 0 on that the owner loads and measures. */
  public static final int MEASURED_BYTES = 0x10000;

  public static final int WINDOW = 0x100000;
  public static final int WINDOW_PAGES = 64;
  public static final int EXCHANGE = 0x180000;
  public static final int EXCHANGE_PAGES = 32;
  public static final int HOT_SET = 0x400000;

  /** Steps between two looks at the command port. */
  public static final int STEPS_PER_BATCH = 1 << 16;

  /** Batches between two changes of the exchange range. */
  public static final int EXCHANGE_EVERY = 8;

  /** The command to show all memory; the guest runs on at any other. */
  public static final int REVEAL = 1;

  /** What the guest writes instead of a chunk's number when it has shown them all. */
  public static final int ALL_REVEALED = -1;

  static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  static final int WINDOW_SALT = 1;
  static final int CHUNK_BYTES = WINDOW_PAGES * Pages.SIZE;
  static final int WINDOW_CHUNK = WINDOW / CHUNK_BYTES;

  static final int CODE_PAGE = BootImage.CODE_PAGE;

  /** Where machine code and model begin. */
  static final int ENTRY = BootImage.ENTRY;

  /** Where the machine code goes on in ring 3. */
  private static final int WORK = CODE_PAGE + 0x100;

  private static final int FRAME = BootImage.DESCRIPTOR_TABLE + 0x40;

  private static final int RING3_CODE = 0x18 | 3;
  private static final int RING3_DATA = 0x20 | 3;

  /** IOPL 3, and the bit that is always set. */
  private static final long FLAGS = 0x3002;

  private PseudoRandomWriter() {}

  /**
   * The size of a guest.
   *
   * @param memoryBytes 8 MiB to 3 GiB, a multiple of 2 MiB
   * @param hotPages pages of the hot set: a power of two, at most what is left above 4 MiB
   */
  public record Plan(long memoryBytes, long hotPages) {
    private static final long MIN_MEMORY = 8L << 20;
    private static final Pattern WORKLOAD =
        Pattern.compile("pseudo-random-writer hot-pages=(\\d{1,9})");

    /**
     * @throws IllegalArgumentException if a rule is broken; the message says which
     */
    public Plan {
      if (memoryBytes < MIN_MEMORY
          || memoryBytes > VirtualMachine.MAX_MEMORY
          || memoryBytes % BootImage.LARGE_PAGE != 0) {
        throw new IllegalArgumentException(
            "guest memory is 8 MiB to 3 GiB and a multiple of 2 MiB, not %d bytes"
                .formatted(memoryBytes));
      }
      long room = (memoryBytes - HOT_SET) / Pages.SIZE;
      if (Long.bitCount(hotPages) != 1 || hotPages < 0 || hotPages > room) {
        throw new IllegalArgumentException(
            "the hot set is a power of two of pages and at most %d of them, not %d"
                .formatted(room, hotPages));
      }
    }

    /** This plan in words that {@link #parse} understands. */
    public String workload() {
      return "pseudo-random-writer hot-pages=" + hotPages;
    }

    /** The plan behind such words; empty if they describe another guest, or none that can be. */
    public static Optional<Plan> parse(String workload, long memoryBytes) {
      Matcher matcher = WORKLOAD.matcher(workload);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      try {
        return Optional.of(new Plan(memoryBytes, Long.parseLong(matcher.group(1))));
      } catch (IllegalArgumentException impossible) {
        return Optional.empty();
      }
    }

    long pages() {
      return memoryBytes / Pages.SIZE;
    }

    int hotWords() {
      return Math.toIntExact(hotPages * Pages.SIZE / Long.BYTES);
    }
  }

  /**
   * The first {@link #MEASURED_BYTES} bytes of memory: page tables, descriptors, signature and
   * code.
   */
  public static byte[] image(Plan plan) {
    byte[] image =
        BootImage.of(
            MEASURED_BYTES,
            plan.memoryBytes(),
            PseudoRandomWriterProgram.signatureBytes(),
            MachineCode.bytes());
    long[] frame = {WORK, RING3_CODE, FLAGS, 0, RING3_DATA};
    ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < frame.length; i++) {
      words.putLong(FRAME + i * Long.BYTES, frame[i]);
    }
    return image;
  }

  /** Puts the image into memory, where the launch encrypts and measures it. */
  public static void load(GuestMemory memory, Plan plan) {
    MemorySegment.copy(image(plan), 0, memory.segment(), ValueLayout.JAVA_BYTE, 0, MEASURED_BYTES);
  }

  /** Sets a vCPU's first registers. */
  public static void prepare(Vcpu vcpu, Plan plan) throws VmmException {
    vcpu.enterLongMode(BootImage.PAGE_TABLES, BootImage.DESCRIPTOR_TABLE);
    vcpu.setRegisters(firstRegisters(plan));
  }

  /** The registers that {@link #prepare} sets, as a launch with SEV-ES measures them. */
  public static byte[] vmsa(Plan plan) {
    return LaunchedVcpu.inLongMode(
        BootImage.PAGE_TABLES, BootImage.DESCRIPTOR_TABLE, firstRegisters(plan));
  }

  static KvmRegs firstRegisters(Plan plan) {
    long mask = plan.hotWords() - 1L;
    return new KvmRegs(
        /* rax */ 0,
        HOT_SET,
        /* rcx */ 0,
        /* rdx */ 0,
        Generator.SEED,
        /* rdi */ 0,
        /* rsp */ FRAME,
        /* rbp */ 0,
        /* r8 */ 0,
        /* r9 */ 0,
        /* r10 */ 0,
        /* r11 */ 0,
        STEPS_PER_BATCH,
        mask,
        plan.memoryBytes(),
        /* r15 */ 0,
        ENTRY,
        FLAGS);
  }

  /** How many steps the guest has done, where its registers are to be seen. */
  public static long steps(KvmRegs registers) {
    return registers.r8();
  }

  /** What filling puts at an address. */
  static long filling(long address, long salt) {
    return (address ^ salt) * MULTIPLIER;
  }
}
