package dev.sealift.crypto.launch;

import dev.sealift.crypto.MissingAlgorithm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/**
 * The hashes of a kernel, its initrd and its command line, which a VMM that boots a kernel directly
 * puts into a table behind the measured firmware; the firmware boots only what has these hashes.
 *
 * <pre>
 *   offset  0             16       18                68                118               168   176
 *          +-------------+--------+-----------------+-----------------+-----------------+-----+
 *          | table GUID  | 168    | command line    | initrd          | kernel          | 0   |
 *          +-------------+--------+-----------------+-----------------+-----------------+-----+
 *   entry:  GUID[16], length u16 (50), SHA-256[32]
 * </pre>
 *
 * <p>Source: OVMF's and QEMU's table of SEV hashes (kernel-hashes=on).
 *
 * @param kernel SHA-256 of the kernel file, 32 bytes
 * @param initrd SHA-256 of the initrd file, 32 bytes; that of nothing where there is none
 * @param commandLine SHA-256 of the command line with the zero byte at its end, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record KernelHashes(byte[] kernel, byte[] initrd, byte[] commandLine) {

  /** The table's GUID. */
  public static final UUID TABLE = UUID.fromString("9438d606-4f22-4cc9-b479-a793d411fd21");

  private static final UUID COMMAND_LINE = UUID.fromString("97d02dd8-bd20-4c94-aa78-e7714d36ab2a");
  private static final UUID INITRD = UUID.fromString("44baf731-3a2f-4bd7-9af1-41e29169781d");
  private static final UUID KERNEL = UUID.fromString("4de79437-abd2-427f-b835-d5b172d2045b");

  private static final int HASH = 32;
  private static final int HEADER = Guid.SIZE + Short.BYTES;
  private static final int ENTRY = HEADER + HASH;
  private static final int LENGTH = HEADER + 3 * ENTRY;

  /** Bytes of the table, padding included. */
  public static final int TABLE_SIZE = (LENGTH + 15) / 16 * 16;

  public KernelHashes {
    if (kernel.length != HASH || initrd.length != HASH || commandLine.length != HASH) {
      throw new IllegalArgumentException("a SHA-256 hash has 32 bytes");
    }
    kernel = kernel.clone();
    initrd = initrd.clone();
    commandLine = commandLine.clone();
  }

  /**
   * The hashes of files that are in memory.
   *
   * @param initrd nothing (no bytes) where the kernel boots without one
   * @param commandLine empty where none is given
   */
  public static KernelHashes of(byte[] kernel, byte[] initrd, String commandLine) {
    return new KernelHashes(sha256(kernel), sha256(initrd), hashOfCommandLine(commandLine));
  }

  /** SHA-256 of a command line in UTF-8 with the zero byte that the VMM ends it with. */
  public static byte[] hashOfCommandLine(String commandLine) {
    byte[] text = commandLine.getBytes(StandardCharsets.UTF_8);
    return sha256(Arrays.copyOf(text, text.length + 1));
  }

  /** SHA-256 of nothing: what stands for an initrd that is not there. */
  public static byte[] hashOfNothing() {
    return sha256(new byte[0]);
  }

  @Override
  public byte[] kernel() {
    return kernel.clone();
  }

  @Override
  public byte[] initrd() {
    return initrd.clone();
  }

  @Override
  public byte[] commandLine() {
    return commandLine.clone();
  }

  /** The table as it is measured, 176 bytes. */
  public byte[] table() {
    ByteBuffer table = ByteBuffer.allocate(TABLE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    table.put(Guid.bytes(TABLE)).putShort((short) LENGTH);
    entry(table, COMMAND_LINE, commandLine);
    entry(table, INITRD, initrd);
    entry(table, KERNEL, kernel);
    return table.array();
  }

  private static void entry(ByteBuffer table, UUID guid, byte[] hash) {
    table.put(Guid.bytes(guid)).putShort((short) ENTRY).put(hash);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KernelHashes hashes && Arrays.equals(table(), hashes.table());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(table());
  }
}
