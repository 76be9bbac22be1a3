package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.ALL_REVEALED;
import static dev.sealift.vmm.guest.PseudoRandomWriter.CHUNK_BYTES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_EVERY;
import static dev.sealift.vmm.guest.PseudoRandomWriter.EXCHANGE_PAGES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.MEASURED_BYTES;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_PAGES;

import dev.sealift.abi.GuestMachine;
import dev.sealift.abi.GuestProgram;
import dev.sealift.abi.GuestStep;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.Hypercall;
import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.vmm.GuestPorts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * {@link PseudoRandomWriter} for hosts whose processor is a model. It keeps its registers as the
 * machine code does; where that is inside its code, this is in a {@link Phase}, told by the
 * instruction pointer.
 */
public final class PseudoRandomWriterProgram implements GuestProgram {
  private static final String SIGNATURE = "sealift pseudo-random writer 2";
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What one call of {@link #step} does at most. */
  private static final int STEPS_AT_ONCE = 1024;

  private static final int FILL_AT_ONCE = 64 * Pages.SIZE;

  /** Places in struct kvm_regs. */
  private static final int RAX = 0;

  private static final int RBX = 1;
  private static final int RCX = 2;
  private static final int RSI = 4;
  private static final int RDI = 5;
  private static final int RBP = 7;
  private static final int R8 = 8;
  private static final int R9 = 9;
  private static final int R12 = 12;
  private static final int R13 = 13;
  private static final int R14 = 14;
  private static final int R15 = 15;
  private static final int RIP = 16;

  /** Bits of r15: the exchange range is shared; the host wants to hear of changes. */
  private static final long EXCHANGE_SHARED = 1;

  private static final long ANNOUNCES = 2;

  /** Where it stands, as a distance from the entry. */
  private enum Phase {
    BOOT(0),
    SHARE_WINDOW(1),
    SAY_READY(2),
    FILL_MEMORY(3),
    FILL_WINDOW(4),
    BATCH(5),
    FILL_EXCHANGE(6),
    ASK(7),
    OBEY(8),
    REVEAL(9);

    private final long instructionPointer;

    Phase(int distance) {
      instructionPointer = PseudoRandomWriter.ENTRY + (long) distance;
    }

    static Phase of(GuestMachine machine) {
      long instructionPointer = machine.register(RIP);
      for (Phase phase : values()) {
        if (phase.instructionPointer == instructionPointer) {
          return phase;
        }
      }
      throw new GuestMachine.GuestFault(instructionPointer);
    }
  }

  public PseudoRandomWriterProgram() {}

  static byte[] signatureBytes() {
    return Arrays.copyOf(SIGNATURE.getBytes(StandardCharsets.US_ASCII), SIGNATURE_SIZE);
  }

  @Override
  public byte[] signature() {
    return signatureBytes();
  }

  @Override
  public GuestStep step(GuestMachine machine) {
    return switch (Phase.of(machine)) {
      case BOOT -> boot(machine);
      case SHARE_WINDOW -> rangeRefused(machine) ? panic(machine) : shareWindow(machine);
      case SAY_READY -> rangeRefused(machine) ? panic(machine) : sayReady(machine);
      case FILL_MEMORY -> fillMemory(machine);
      case FILL_WINDOW -> fillWindow(machine);
      case BATCH -> batch(machine);
      case FILL_EXCHANGE -> rangeRefused(machine) ? panic(machine) : fillExchange(machine);
      case ASK -> ask(machine);
      case OBEY -> obey(machine);
      case REVEAL -> reveal(machine);
    };
  }

  /** All memory is private, whatever ran here before; said only to a host that listens. */
  private static GuestStep boot(GuestMachine machine) {
    machine.setRegister(RDI, features(machine));
    if (!hasFeature(machine, KvmParavirtual.FEATURE_HC_MAP_GPA_RANGE)) {
      return beginWork(machine);
    }
    machine.setRegister(R15, ANNOUNCES);
    enter(machine, Phase.SHARE_WINDOW);
    return mapRange(0, machine.register(R14) / Pages.SIZE, false);
  }

  private static int features(GuestMachine machine) {
    GuestMachine.Cpuid signature = machine.cpuid(KvmParavirtual.CPUID_SIGNATURE, 0);
    return signature.ebx() == KvmParavirtual.SIGNATURE_EBX
        ? machine.cpuid(KvmParavirtual.CPUID_FEATURES, 0).eax()
        : 0;
  }

  private static boolean hasFeature(GuestMachine machine, int bit) {
    return (machine.register(RDI) & 1L << bit) != 0;
  }

  private static GuestStep shareWindow(GuestMachine machine) {
    enter(machine, Phase.SAY_READY);
    return mapRange(WINDOW, WINDOW_PAGES, true);
  }

  /** Everything is announced: from here on the guest may be moved. */
  private static GuestStep sayReady(GuestMachine machine) {
    boolean heard = hasFeature(machine, KvmParavirtual.FEATURE_MIGRATION_CONTROL);
    GuestStep begun = beginWork(machine);
    return heard
        ? new GuestStep.MsrWrite(
            KvmParavirtual.MSR_MIGRATION_CONTROL, KvmParavirtual.MIGRATION_READY)
        : begun;
  }

  private static GuestStep beginWork(GuestMachine machine) {
    machine.setRegister(RDI, MEASURED_BYTES);
    return goOn(machine, Phase.FILL_MEMORY);
  }

  private static GuestStep fillMemory(GuestMachine machine) {
    long from = machine.register(RDI);
    long end = Math.min(machine.register(R14), from + FILL_AT_ONCE);
    boolean isWindow = from == WINDOW;
    if (isWindow) {
      end = WINDOW + CHUNK_BYTES;
    } else if (from < WINDOW && end > WINDOW) {
      end = WINDOW;
    }
    fill(machine, from, (int) (end - from), 0, !isWindow);
    machine.setRegister(RDI, end);
    return end < machine.register(R14) ? new GuestStep.Ran() : goOn(machine, Phase.FILL_WINDOW);
  }

  private static GuestStep fillWindow(GuestMachine machine) {
    fill(machine, WINDOW, CHUNK_BYTES, PseudoRandomWriter.WINDOW_SALT, false);
    return nextBatch(machine);
  }

  private static GuestStep nextBatch(GuestMachine machine) {
    machine.setRegister(RCX, machine.register(R12));
    return goOn(machine, Phase.BATCH);
  }

  private static GuestStep batch(GuestMachine machine) {
    long left = machine.register(RCX);
    int steps = (int) Math.min(STEPS_AT_ONCE, left);
    long hotSet = machine.register(RBX);
    long mask = machine.register(R13);
    long state = machine.register(RSI);
    byte[] word = new byte[Long.BYTES];
    for (int i = 0; i < steps; i++) {
      state = Generator.next(state);
      long address = hotSet + (state & mask) * Long.BYTES;
      machine.load(address, word, 0, Long.BYTES, true);
      WORD.set(word, 0, (long) WORD.get(word, 0) + state);
      machine.store(address, word, 0, Long.BYTES, true);
    }
    machine.setRegister(RSI, state);
    machine.setRegister(R8, machine.register(R8) + steps);
    machine.setRegister(RCX, left - steps);
    return left > steps ? new GuestStep.Ran() : endBatch(machine);
  }

  private static GuestStep endBatch(GuestMachine machine) {
    long batches = machine.register(R9) + 1;
    machine.setRegister(R9, batches);
    return batches % EXCHANGE_EVERY == 0 ? turnOver(machine) : report(machine);
  }

  /** First in its own books, then for the host; filled anew only after that. */
  private static GuestStep turnOver(GuestMachine machine) {
    machine.setRegister(R15, machine.register(R15) ^ EXCHANGE_SHARED);
    machine.setRegister(RAX, 0);
    enter(machine, Phase.FILL_EXCHANGE);
    return (machine.register(R15) & ANNOUNCES) != 0
        ? mapRange(EXCHANGE, EXCHANGE_PAGES, exchangeIsShared(machine))
        : new GuestStep.Ran();
  }

  private static GuestStep fillExchange(GuestMachine machine) {
    int length = EXCHANGE_PAGES * Pages.SIZE;
    fill(machine, EXCHANGE, length, machine.register(R9), !exchangeIsShared(machine));
    return report(machine);
  }

  private static GuestStep report(GuestMachine machine) {
    enter(machine, Phase.ASK);
    return new GuestStep.PortWrite(GuestPorts.PROGRESS, (int) machine.register(R9));
  }

  private static GuestStep ask(GuestMachine machine) {
    enter(machine, Phase.OBEY);
    return new GuestStep.PortRead(GuestPorts.COMMAND);
  }

  private static GuestStep obey(GuestMachine machine) {
    if ((int) machine.register(RAX) != PseudoRandomWriter.REVEAL) {
      return nextBatch(machine);
    }
    machine.setRegister(RBP, 0);
    return goOn(machine, Phase.REVEAL);
  }

  private static GuestStep reveal(GuestMachine machine) {
    long chunk = machine.register(RBP);
    long address = chunk * CHUNK_BYTES;
    if (address >= machine.register(R14)) {
      enter(machine, Phase.FILL_WINDOW);
      return new GuestStep.PortWrite(GuestPorts.REVEAL, ALL_REVEALED);
    }
    if (chunk != PseudoRandomWriter.WINDOW_CHUNK) {
      byte[] page = new byte[Pages.SIZE];
      for (int offset = 0; offset < CHUNK_BYTES; offset += Pages.SIZE) {
        boolean encrypted = !(inExchange(address + offset) && exchangeIsShared(machine));
        machine.load(address + offset, page, 0, Pages.SIZE, encrypted);
        machine.store(WINDOW + offset, page, 0, Pages.SIZE, false);
      }
    }
    machine.setRegister(RBP, chunk + 1);
    return new GuestStep.PortWrite(GuestPorts.REVEAL, (int) chunk);
  }

  private static void fill(
      GuestMachine machine, long from, int length, long salt, boolean encrypted) {
    byte[] bytes = new byte[length];
    for (int offset = 0; offset < length; offset += Long.BYTES) {
      WORD.set(bytes, offset, PseudoRandomWriter.filling(from + offset, salt));
    }
    machine.store(from, bytes, 0, length, encrypted);
  }

  private static GuestStep mapRange(long address, long pages, boolean shared) {
    long attributes = shared ? 0 : Hypercall.ATTRIBUTE_ENCRYPTED;
    return new GuestStep.Hypercall(Hypercall.MAP_GPA_RANGE, address, pages, attributes);
  }

  private static boolean rangeRefused(GuestMachine machine) {
    return machine.register(RAX) != 0;
  }

  private static GuestStep panic(GuestMachine machine) {
    return new GuestStep.PortWrite(GuestPorts.PANIC, (int) machine.register(RAX));
  }

  private static boolean exchangeIsShared(GuestMachine machine) {
    return (machine.register(R15) & EXCHANGE_SHARED) != 0;
  }

  private static boolean inExchange(long address) {
    return address >= EXCHANGE && address < EXCHANGE + EXCHANGE_PAGES * Pages.SIZE;
  }

  private static void enter(GuestMachine machine, Phase phase) {
    machine.setRegister(RIP, phase.instructionPointer);
  }

  private static GuestStep goOn(GuestMachine machine, Phase phase) {
    enter(machine, phase);
    return new GuestStep.Ran();
  }
}
