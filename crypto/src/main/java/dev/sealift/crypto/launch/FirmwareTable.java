package dev.sealift.crypto.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The table near the end of a firmware file by which OVMF tells a VMM what it needs for SEV. It is
 * read backwards from the reset vector:
 *
 * <pre>
 *   ... | data | length u16 | GUID | data | length u16 | GUID | total u16 | table GUID | 32 bytes
 *       {@literal |<--------- entry -------->|<--------- entry -------->|}                        end of file
 * </pre>
 *
 * <p>Lengths count data, length and GUID. Source: edk2 OvmfPkg, reset vector, GUIDed structures;
 * QEMU's documentation of pc system firmware.
 */
public final class FirmwareTable {
  private static final UUID TABLE = UUID.fromString("96b582de-1fb2-45f7-baea-a366c55a082d");
  private static final UUID RESET_BLOCK = UUID.fromString("00f771de-1a7e-4fcb-890e-68c77e2fb44e");
  private static final UUID HASHES = UUID.fromString("7255371f-3a3b-4b04-927b-1da6efa8d454");
  private static final UUID SECRET = UUID.fromString("4c2eb361-7d9b-4cc3-8081-127c90d3d294");

  private static final int BEHIND_TABLE = 32;
  private static final int TRAILER = Short.BYTES + Guid.SIZE;

  private final Map<UUID, byte[]> entries;

  private FirmwareTable(Map<UUID, byte[]> entries) {
    this.entries = entries;
  }

  /**
   * A place in guest memory that the firmware keeps free.
   *
   * @param address guest-physical
   * @param size bytes
   */
  public record Area(long address, long size) {}

  /**
   * The table of a firmware file; one without entries where the file has no table.
   *
   * @throws MalformedLaunchException if there is a table whose lengths do not fit
   */
  public static FirmwareTable of(byte[] firmware) throws MalformedLaunchException {
    Map<UUID, byte[]> entries = new LinkedHashMap<>();
    int end = firmware.length - BEHIND_TABLE - TRAILER;
    if (end < 0 || !Guid.read(firmware, end + Short.BYTES).equals(TABLE)) {
      return new FirmwareTable(entries);
    }
    int start = end - dataBefore(firmware, end, 0);
    while (end > start) {
      int trailer = end - TRAILER;
      if (trailer < start) {
        throw new MalformedLaunchException("the firmware's table ends amid an entry");
      }
      int data = dataBefore(firmware, trailer, start);
      entries.put(
          Guid.read(firmware, trailer + Short.BYTES),
          Arrays.copyOfRange(firmware, trailer - data, trailer));
      end = trailer - data;
    }
    return new FirmwareTable(entries);
  }

  /** How many bytes lie before a length and belong to it. */
  private static int dataBefore(byte[] firmware, int length, int start)
      throws MalformedLaunchException {
    int data = Short.toUnsignedInt(little(firmware).getShort(length)) - TRAILER;
    if (data < 0 || data > length - start) {
      throw new MalformedLaunchException(
          "the firmware's table has an entry of " + (data + TRAILER) + " bytes, which cannot be");
    }
    return data;
  }

  /** Where vCPUs but the first begin in a guest with SEV-ES, if the firmware says so. */
  public OptionalInt resetAddress() {
    byte[] block = entries.get(RESET_BLOCK);
    return block == null || block.length < Integer.BYTES
        ? OptionalInt.empty()
        : OptionalInt.of(little(block).getInt());
  }

  /** Where a VMM puts {@link KernelHashes}; nothing if the firmware has no room for them. */
  public Optional<Area> kernelHashes() {
    return area(HASHES);
  }

  /** Where a VMM puts a launch secret; nothing if the firmware has no room for one. */
  public Optional<Area> launchSecret() {
    return area(SECRET);
  }

  private Optional<Area> area(UUID guid) {
    byte[] entry = entries.get(guid);
    if (entry == null || entry.length < 2 * Integer.BYTES) {
      return Optional.empty();
    }
    Area area =
        new Area(
            Integer.toUnsignedLong(little(entry).getInt(0)),
            Integer.toUnsignedLong(little(entry).getInt(Integer.BYTES)));
    return area.size() == 0 ? Optional.empty() : Optional.of(area);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
