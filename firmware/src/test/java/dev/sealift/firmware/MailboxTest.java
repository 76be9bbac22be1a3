package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The mailbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MailboxTest {

  /** For commands that are refused and change nothing. */
  private final TestMachine shared = TestMachine.ready();

  @ParameterizedTest
  @EnumSource(PlatformState.class)
  @DisplayName(
      "answers every id in every platform state with a status, whatever lies in the buffer")
  void everyIdIsAnswered(PlatformState state) {
    TestMachine machine = TestMachine.ready();
    Random random = new Random(state.number());
    byte[] noise = new byte[128];
    byte[] ones = new byte[128];
    Arrays.fill(ones, (byte) 0xFF);
    long buffer = machine.room(128);
    for (int id = 0; id < 256; id++) {
      random.nextBytes(noise);
      for (byte[] content : new byte[][] {new byte[128], ones, noise}) {
        for (long address : new long[] {buffer, buffer + 3, buffer | C_BIT, 0, -1, NOWHERE}) {
          machine.bringTo(state);
          machine.memory.write(buffer, content);
          FirmwareStatus status = machine.processor.command(id, address);
          PspCommand command = PspCommand.of(id);
          if (command == null) {
            assertThat(status).as("command %#x", id).isEqualTo(FirmwareStatus.INVALID_COMMAND);
          } else {
            assertThat(status)
                .as(command.name())
                .isNotNull()
                .isNotEqualTo(FirmwareStatus.INVALID_COMMAND);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1", "256", "0x140", "0x7fffffff"})
  @DisplayName("knows no command outside the eight bits of an id")
  void idsOutsideEightBits(String id) {
    TestMachine machine = TestMachine.ready();
    assertThat(machine.processor.command(Integer.decode(id), machine.room(128)))
        .isEqualTo(FirmwareStatus.INVALID_COMMAND);
  }

  @Test
  @DisplayName("looks at the buffer before the platform's state")
  void bufferComesBeforeState() {
    TestMachine machine = TestMachine.ready();
    assertThat(machine.processor.command(PspCommand.INIT.id(), NOWHERE))
        .isEqualTo(FirmwareStatus.INVALID_ADDRESS);
  }

  @ParameterizedTest
  @EnumSource(
      value = PspCommand.class,
      names = {"SHUTDOWN", "PLATFORM_RESET", "DF_FLUSH", "NOP"})
  @DisplayName("never looks for the buffer of a command that takes none")
  void commandsWithoutBuffer(PspCommand command) {
    assertThat(TestMachine.off().processor.command(command.id(), -1))
        .isEqualTo(FirmwareStatus.SUCCESS);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "0x3ffcffffffff", // the last byte is beyond
    "0x3ffd00000000",
    "0x400000000000",
    "0x10000000100000", // bit 52: above the C-bit
    "0x4000000100000", // bit 50: below the C-bit, above every physical address
    "0x8000000000000000",
    "0xa0000", // the legacy video window
    "0xbffff",
    "0x9fffd", // reaches into it
    "0x8000", // allowed, but no memory
    "0x4ffffe" // the end of memory
  })
  @DisplayName("refuses an address that breaks a rule or has no memory behind it")
  void badAddresses(String address) {
    assertThat(
            shared.processor.command(
                PspCommand.DECOMMISSION.id(), Long.parseUnsignedLong(address.substring(2), 16)))
        .isEqualTo(FirmwareStatus.INVALID_ADDRESS);
  }

  @Test
  @DisplayName("takes a buffer at any alignment, with the C-bit or without")
  void anyAlignment() {
    TestMachine machine = TestMachine.off();
    long page = machine.room(4096);
    for (int offset = 0; offset < 16; offset++) {
      machine.memory.write(page, new byte[64]);
      assertThat(machine.processor.command(PspCommand.PLATFORM_STATUS.id(), page + offset | C_BIT))
          .isEqualTo(FirmwareStatus.SUCCESS);
      assertThat(machine.memory.read(page + offset, 2)).containsExactly(1, 55);
    }
  }

  @Test
  @DisplayName("never writes back the buffer of a command that only takes")
  void inIsNeverWritten() {
    TestMachine machine = TestMachine.off();
    MemorySegment init =
        machine.send(PspCommand.INIT, InitBuffer.LAYOUT, new InitBuffer(0, 5, 7)::write).buffer();
    assertThat(InitBuffer.read(init)).isEqualTo(new InitBuffer(0, 5, 7));
    MemorySegment handle =
        machine
            .send(PspCommand.DECOMMISSION, HandleBuffer.LAYOUT, new HandleBuffer(77)::write)
            .buffer();
    assertThat(HandleBuffer.read(handle).handle()).isEqualTo(77);
  }

  @Test
  @DisplayName("writes an in-and-out buffer back on success only")
  void inAndOutOnSuccessOnly() {
    TestMachine machine = TestMachine.ready();
    var refused = machine.launchStart(new LaunchStartBuffer(99, 0, 0, 0, 0, 0));
    assertThat(refused.status()).isEqualTo(FirmwareStatus.INVALID_GUEST);
    assertThat(LaunchStartBuffer.read(refused.buffer()).handle()).isEqualTo(99);
    var granted = machine.launchStart(new LaunchStartBuffer(0, 0, 0, 0, 0, 0));
    assertThat(granted.status()).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(LaunchStartBuffer.read(granted.buffer()).handle()).isEqualTo(1);
  }

  @Test
  @DisplayName("writes a buffer with lengths back on INVALID_LEN too, and on no other refusal")
  void lengthsOnInvalidLength() {
    TestMachine machine = TestMachine.ready();
    var query = machine.send(PspCommand.GET_ID, GetIdBuffer.LAYOUT, new GetIdBuffer(0, 0)::write);
    assertThat(query.status()).isEqualTo(FirmwareStatus.INVALID_LEN);
    assertThat(GetIdBuffer.read(query.buffer()).len()).isEqualTo(64);
    var elsewhere =
        machine.send(
            PspCommand.PDH_CERT_EXPORT,
            PdhCertExportBuffer.LAYOUT,
            new PdhCertExportBuffer(NOWHERE, 5000, NOWHERE, 7000)::write);
    assertThat(elsewhere.status()).isEqualTo(FirmwareStatus.INVALID_ADDRESS);
    assertThat(PdhCertExportBuffer.read(elsewhere.buffer()).pdhCertLen()).isEqualTo(5000);
    assertThat(PdhCertExportBuffer.read(elsewhere.buffer()).certChainLen()).isEqualTo(7000);
  }

  @Test
  @DisplayName("leaves what it does not answer in a buffer as the caller had it")
  void restOfTheBufferIsKept() {
    TestMachine machine = TestMachine.ready();
    MemorySegment buffer =
        TestMachine.succeeded(
            machine.send(
                PspCommand.GUEST_STATUS,
                GuestStatusBuffer.LAYOUT,
                new GuestStatusBuffer(500, 0x11111111, 0x22222222, 0x33)::write));
    assertThat(GuestStatusBuffer.read(buffer))
        .isEqualTo(new GuestStatusBuffer(500, 0x11111111, 0x22222222, 0));
  }

  @Test
  @DisplayName("serves one command at a time, whoever asks")
  void manyThreads() throws InterruptedException {
    TestMachine machine = TestMachine.ready();
    int each = 100;
    Thread[] threads = new Thread[4];
    Set<Integer> handles = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < threads.length; i++) {
      long buffer = machine.room(64);
      threads[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < each; n++) {
                  machine.memory.write(buffer, new byte[36]);
                  machine.processor.command(PspCommand.LAUNCH_START.id(), buffer);
                  handles.add(
                      LaunchStartBuffer.read(MemorySegment.ofArray(machine.memory.read(buffer, 36)))
                          .handle());
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(handles).hasSize(threads.length * each).doesNotContain(0);
    assertThat(machine.status().guestCount()).isEqualTo(threads.length * each);
  }
}
