package dev.sealift.kernel;

import dev.sealift.abi.MapFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * The memory of a process that is fuzzed, with a place for everything, so that most pointers lead
 * somewhere sensible and the rest to where things go wrong.
 *
 * <pre>
 *   page 0      the ioctl's own struct: no pointer but the ioctl's leads here
 *   page 1      parameters
 *   pages 2-4   certificates: PDH, then its chain
 *   page 5      session, measurement, report, id
 *   page 6      packet headers
 *   page 7      addresses of a batch
 *   pages 8-15  ciphertexts
 *   pages 16-31 guest memory
 * </pre>
 */
final class FuzzedMemory {
  private static final int PAGE = 4096;
  private static final int SIZE = 32 * PAGE;
  static final int GUEST_PAGES = 16;

  /** Nothing is ever mapped here. */
  private static final long LOWEST = 0x1000;

  /** Mappings that a process has. */
  static final int MAPPINGS = 3;

  final MemorySegment memory;
  final long certificates;
  final long small;
  final long headers;
  final long batch;
  final long ciphers;
  final long guest;
  private final MemorySegment readOnly;
  private final MemorySegment before = MemorySegment.ofArray(new byte[SIZE]);
  private final FuzzedHost shared;
  private final TestHost host;
  private final Random random;
  private MemorySegment flickering;

  FuzzedMemory(FuzzedHost shared, Random random) {
    this.shared = shared;
    this.host = shared.host;
    this.random = random;
    memory = host.map(SIZE);
    shared.memories.add(memory);
    readOnly = host.map(PAGE, MapFlags.PROT_READ);
    flickering = host.map(2 * PAGE);
    certificates = memory.address() + 2 * PAGE;
    small = memory.address() + 5 * PAGE;
    headers = memory.address() + 6 * PAGE;
    batch = memory.address() + 7 * PAGE;
    ciphers = memory.address() + 8 * PAGE;
    guest = memory.address() + 16 * PAGE;
  }

  /** A page of guest memory. */
  long guestPage() {
    return guest + (long) PAGE * random.nextInt(GUEST_PAGES);
  }

  /** Where parameters are put: on their page, or now and then up to the last byte of memory. */
  long parameters(int size) {
    return random.nextInt(20) == 0
        ? memory.address() + SIZE - size
        : memory.address() + PAGE + random.nextInt(PAGE - size);
  }

  /** An address that a program should not have passed, or should. */
  long anyAddress() {
    return switch (random.nextInt(14)) {
      case 0, 1 -> 0;
      case 2 -> LOWEST + random.nextInt(PAGE);
      case 3 -> readOnly.address() + random.nextInt(PAGE);
      case 4 -> memory.address() + SIZE - random.nextInt(128);
      case 5 -> memory.address() + SIZE;
      case 6 -> flickering.address() + random.nextInt(2 * PAGE);
      case 7 -> -1L;
      case 8 -> -1L << 12 | random.nextInt(PAGE);
      case 9 -> random.nextLong();
      case 10 -> guestPage() + PAGE - 1 - random.nextInt(64);
      case 11 -> guestPage() + random.nextInt(PAGE);
      default -> memory.address() + PAGE + random.nextInt(SIZE - PAGE);
    };
  }

  /** A length: valid, at a limit, just beyond one, or anything. */
  long anyLength() {
    long[] limits = {0, 1, 15, 16, 48, 52, 64, 128, 2084, 4096, 6252, 16384, 20480, 1L << 22};
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(2 * PAGE);
      case 1 -> random.nextInt() & 0xFFFF_FFFFL;
      case 2 -> 0xFFFF_FFFFL - random.nextInt(2 * PAGE);
      default -> limits[random.nextInt(limits.length)] + random.nextInt(3) - 1 & 0xFFFF_FFFFL;
    };
  }

  /** Half a pointer can be one to another process's memory: that one would wonder who wrote. */
  void keepOffOthers(MemorySegment struct) {
    for (int at = 0; at <= struct.byteSize() - 8; at += 4) {
      long address = struct.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      for (MemorySegment other : shared.memories) {
        long distance = address - other.address();
        if (other != memory && distance > -SIZE && distance < SIZE) {
          struct.set(ValueLayout.JAVA_LONG_UNALIGNED, at, LOWEST);
        }
      }
    }
  }

  /** Some memory goes and other memory comes. */
  void flicker() {
    host.calls.munmap(flickering);
    flickering = host.map(2 * PAGE);
  }

  /** Copies a struct to an address of this memory. */
  void put(long address, MemorySegment struct) {
    memory.asSlice(address - memory.address(), struct.byteSize()).copyFrom(struct);
  }

  int getInt(long address) {
    return memory.get(ValueLayout.JAVA_INT_UNALIGNED, address - memory.address());
  }

  /** From here on every byte is watched. */
  void watch() {
    before.copyFrom(memory);
  }

  /** A call may have written here: an unsigned length of at most 32 bits, from any address. */
  void mayHaveChanged(long address, long length) {
    long from = Math.max(0, address - memory.address());
    long to = Math.min(SIZE, address - memory.address() + length);
    if (address >= memory.address() - (1L << 33)
        && address < memory.address() + SIZE
        && from < to) {
      MemorySegment.copy(memory, from, before, from, to - from);
    }
  }

  /** The offset of a byte that changed though it may not have, or a negative number. */
  long changed() {
    long written = before.mismatch(memory);
    return written >= 0 || TestHost.holdsOnly(readOnly, 0) ? written : SIZE;
  }
}
