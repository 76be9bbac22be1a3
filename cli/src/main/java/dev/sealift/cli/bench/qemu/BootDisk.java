package dev.sealift.cli.bench.qemu;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** A floppy disk whose boot sector does nothing: cli, then hlt for ever. */
final class BootDisk {
  static final String NAME = "boot.img";

  private static final int DISK = 1440 << 10;
  private static final int SECTOR = 512;

  /** Where the BIOS puts the boot sector. */
  private static final int LOADED_AT = 0x7C00;

  /** cli; hlt; jmp to hlt. */
  private static final byte[] CODE = {(byte) 0xFA, (byte) 0xF4, (byte) 0xEB, (byte) 0xFD};

  private BootDisk() {}

  static void write(Path directory) throws IOException {
    byte[] disk = new byte[DISK];
    System.arraycopy(CODE, 0, disk, 0, CODE.length);
    disk[SECTOR - 2] = 0x55;
    disk[SECTOR - 1] = (byte) 0xAA;
    Files.write(directory.resolve(NAME), disk);
  }

  /** Whether a machine with this memory has booted it. */
  static boolean isLoaded(MemorySegment memory) {
    return memory.asSlice(LOADED_AT, CODE.length).mismatch(MemorySegment.ofArray(CODE)) < 0
        && memory.get(ValueLayout.JAVA_BYTE, LOADED_AT + SECTOR - 1) == (byte) 0xAA;
  }

  /** Takes it out of memory, so that it is seen when it comes. */
  static void forget(MemorySegment memory) {
    memory.set(ValueLayout.JAVA_BYTE, LOADED_AT, (byte) 0);
  }
}
