package dev.sealift.crypto.launch;

import dev.sealift.crypto.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The table in which a guest finds its secrets, each under a GUID; what LAUNCH_SECRET carries as a
 * rule.
 *
 * <pre>
 *   offset  0             16      20
 *          +-------------+-------+-------------------------------+------- - - -+--------------+
 *          | table GUID  | total | entry                         | entry       | zeros to ×16 |
 *          +-------------+-------+-------------------------------+------- - - -+--------------+
 *   entry:  GUID[16], length u32 with these 20 bytes, data
 * </pre>
 *
 * <p>The total counts all but the zeros at the end. Holds copies of the secrets until it is closed.
 * Source: OVMF's and Linux's layout of the SEV secret area (efi_secret).
 */
public final class SecretTable implements AutoCloseable {

  /** The table's GUID. */
  public static final UUID TABLE = UUID.fromString("1e74f542-71dd-4d66-963e-ef4287ff173b");

  /** The GUID under which guests look for the passphrase of their disk. */
  public static final UUID DISK_PASSPHRASE =
      UUID.fromString("736869e5-84f0-4973-92ec-06879ce3da0b");

  /** The longest table that the firmware takes, in bytes. */
  public static final int FIRMWARE_LIMIT = 20480;

  /** The longest table that Linux hands to the firmware, and that other tools make, in bytes. */
  public static final int LINUX_LIMIT = 16384;

  private static final int HEADER = Guid.SIZE + Integer.BYTES;
  private static final int BLOCK = 16;

  private final List<Entry> entries;

  /**
   * One secret.
   *
   * @param guid what it is for
   * @param secret closed with the table
   */
  public record Entry(UUID guid, SecretBytes secret) {}

  /**
   * A table of these secrets, which it takes over.
   *
   * @throws MalformedLaunchException if there is none, if two have the same GUID, or if the table
   *     would be longer than the firmware takes
   */
  public SecretTable(List<Entry> entries) throws MalformedLaunchException {
    this.entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new MalformedLaunchException("a table of secrets holds at least one");
    }
    if (entries.stream().map(Entry::guid).distinct().count() < entries.size()) {
      throw new MalformedLaunchException("a table of secrets holds each GUID once");
    }
    if (longSize() > FIRMWARE_LIMIT) {
      throw new MalformedLaunchException(
          "these secrets make a table of "
              + longSize()
              + " bytes, and the firmware takes 20480 at most");
    }
  }

  /**
   * Reads a table.
   *
   * @param payload the table, and whatever lies behind it
   * @throws MalformedLaunchException if it is none
   */
  public static SecretTable read(SecretBytes payload) throws MalformedLaunchException {
    byte[] bytes = payload.reveal();
    List<Entry> entries = new ArrayList<>();
    boolean whole = false;
    try {
      if (bytes.length < HEADER || !Guid.read(bytes, 0).equals(TABLE)) {
        throw new MalformedLaunchException("this is no table of secrets: its GUID is missing");
      }
      int end = length(bytes, 0, bytes.length);
      int at = HEADER;
      while (at < end) {
        int next = at + length(bytes, at, end);
        entries.add(
            new Entry(
                Guid.read(bytes, at),
                SecretBytes.take(Arrays.copyOfRange(bytes, at + HEADER, next))));
        at = next;
      }
      SecretTable table = new SecretTable(entries);
      whole = true;
      return table;
    } finally {
      Arrays.fill(bytes, (byte) 0);
      if (!whole) {
        entries.forEach(entry -> entry.secret().close());
      }
    }
  }

  private static int length(byte[] bytes, int at, int end) throws MalformedLaunchException {
    if (end - at < HEADER) {
      throw new MalformedLaunchException("the table of secrets ends amid an entry");
    }
    long length =
        Integer.toUnsignedLong(
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at + Guid.SIZE));
    if (length < HEADER || length > end - at) {
      throw new MalformedLaunchException(
          "the table of secrets names a length of " + length + " bytes, which cannot be");
    }
    return (int) length;
  }

  /** The secrets in their order. */
  public List<Entry> entries() {
    return entries;
  }

  /** Bytes of the table, the zeros at its end included. */
  public int size() {
    return Math.toIntExact(longSize());
  }

  private long longSize() {
    return (total() + BLOCK - 1) / BLOCK * BLOCK;
  }

  private long total() {
    return HEADER
        + entries.stream().mapToLong(entry -> HEADER + (long) entry.secret().length()).sum();
  }

  /** The table in whole blocks of 16 bytes, as LAUNCH_SECRET takes it. The caller closes it. */
  public SecretBytes payload() {
    ByteBuffer table = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    table.put(Guid.bytes(TABLE)).putInt(Math.toIntExact(total()));
    for (Entry entry : entries) {
      table.put(Guid.bytes(entry.guid())).putInt(HEADER + entry.secret().length());
      entry.secret().open(table::put);
    }
    return SecretBytes.take(table.array());
  }

  /** Wipes the secrets. */
  @Override
  public void close() {
    entries.forEach(entry -> entry.secret().close());
  }
}
