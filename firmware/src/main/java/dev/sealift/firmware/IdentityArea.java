package dev.sealift.firmware;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * The area in memory that INIT_EX gives the platform for its identity, 32 KiB: the caller keeps it
 * on disk and can neither read nor change it. It holds a {@link SealedIdentity} and FF behind it;
 * an area of FF throughout is empty. How a real chip arranges its area is not public.
 */
final class IdentityArea implements PlatformStore {

  /** Bytes of the area. */
  static final int SIZE = 0x8000;

  private static final byte EMPTY = (byte) 0xFF;

  private final CheckedMemory memory;
  private final long address;
  private final ChipKeys chip;

  IdentityArea(CheckedMemory memory, long address, ChipKeys chip) {
    this.memory = memory;
    this.address = address;
    this.chip = chip;
  }

  @Override
  public Optional<PlatformIdentity> load() throws IOException {
    byte[] area = new byte[SIZE];
    try {
      memory.readHost(address, MemorySegment.ofArray(area));
    } catch (Refusal gone) {
      throw new IOException("the identity's area is gone", gone);
    }
    if (isEmpty(area)) {
      return Optional.empty();
    }
    try {
      return SealedIdentity.open(area, chip);
    } catch (DamagedStoreException damaged) {
      // As the specification has it: the area is empty the next time.
      erase();
      throw damaged;
    }
  }

  @Override
  public void save(PlatformIdentity identity) throws IOException {
    byte[] sealed = SealedIdentity.seal(Optional.of(identity), chip);
    byte[] area = Arrays.copyOf(sealed, SIZE);
    Arrays.fill(area, sealed.length, SIZE, EMPTY);
    write(area);
  }

  /** Overwrites the area with FF. */
  @Override
  public void erase() throws IOException {
    byte[] area = new byte[SIZE];
    Arrays.fill(area, EMPTY);
    write(area);
  }

  private void write(byte[] area) throws IOException {
    try {
      memory.writeHost(address, MemorySegment.ofArray(area));
    } catch (Refusal gone) {
      throw new IOException("the identity's area is gone", gone);
    }
  }

  private static boolean isEmpty(byte[] area) {
    for (byte value : area) {
      if (value != EMPTY) {
        return false;
      }
    }
    return true;
  }
}
