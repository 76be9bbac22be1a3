package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table at the end of a firmware file")
class FirmwareTableTest {
  private static final String TABLE = "de82b596b21ff745baeaa366c55a082d";
  private static final String RESET = "de71f7007e1acb4f890e68c77e2fb44e";
  private static final String HASHES = "1f3755723b3a044b927b1da6efa8d454";

  /** Entries as they lie in the file, from the first byte on: data, length, GUID. */
  private static byte[] firmware(String entries, int total) {
    byte[] table = HexFormat.of().parseHex(entries.replace(" ", ""));
    return ByteBuffer.allocate(100 + table.length + 18 + 32)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(100)
        .put(table)
        .putShort((short) total)
        .put(HexFormat.of().parseHex(TABLE))
        .array();
  }

  /** A firmware with a place for kernel hashes, and for further vCPUs. */
  static byte[] withResetAndHashes() {
    String hashes = "00008000 00040000 1a00 " + HASHES;
    String reset = "04b08000 1600 " + RESET;
    return firmware(hashes + reset, 26 + 22 + 18);
  }

  @Test
  void itTellsWhereFurtherProcessorsBeginAndWhereHashesGo() throws Exception {
    FirmwareTable table = FirmwareTable.of(withResetAndHashes());

    assertThat(table.resetAddress()).hasValue(0x0080B004);
    assertThat(table.kernelHashes()).contains(new FirmwareTable.Area(0x800000, 0x400));
    assertThat(table.launchSecret()).isEmpty();
  }

  @Test
  void aPlaceOfNoBytesIsNone() throws Exception {
    FirmwareTable table = FirmwareTable.of(firmware("00000000 00000000 1a00 " + HASHES, 26 + 18));
    assertThat(table.kernelHashes()).isEmpty();
    assertThat(table.resetAddress()).isEmpty();
  }

  @Test
  void aFileWithoutATableHasNoEntries() throws Exception {
    for (int length : new int[] {0, 16, 49, 50, 4096}) {
      FirmwareTable table = FirmwareTable.of(LaunchImageTest.random(length));
      assertThat(table.resetAddress()).isEmpty();
      assertThat(table.kernelHashes()).isEmpty();
    }
  }

  @Test
  void lengthsThatDoNotFitAreRefused() {
    String reset = "04b08000 1600 " + RESET;
    for (int total : new int[] {0, 17, 18 + 3, 60_000}) {
      assertThatThrownBy(() -> FirmwareTable.of(firmware(reset, total)))
          .as("a table of %d bytes", total)
          .isInstanceOf(MalformedLaunchException.class);
    }
    for (String length : new String[] {"0000", "1100", "ffff", "1700"}) {
      assertThatThrownBy(() -> FirmwareTable.of(firmware("04b08000" + length + RESET, 22 + 18)))
          .as("an entry of %s", length)
          .isInstanceOf(MalformedLaunchException.class);
    }
  }

  @Test
  void everyOneByteChangeIsReadOrRefused() {
    byte[] firmware = firmware("04b08000 1600 " + RESET, 22 + 18);
    for (int at = 100; at < firmware.length; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = firmware.clone();
        changed[at] = (byte) value;
        try {
          assertThat(FirmwareTable.of(changed).kernelHashes()).isEmpty();
        } catch (MalformedLaunchException refused) {
          assertThat(refused).hasMessageContaining("table");
        }
      }
    }
  }
}
