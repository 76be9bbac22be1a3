package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.EXIT_RING_BUFFER;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_COMMAND;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PARAM;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.PAGE;
import static dev.sealift.firmware.TestMachine.RAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.RingBufferBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The queues of RING_BUFFER")
class RingBufferTest {
  private static final RingHeads ALL_DONE = new RingHeads(0, 0, false);

  private TestMachine machine;
  private TestQueues queues;

  @BeforeEach
  void queuesAreOpen() {
    machine = TestMachine.ready();
    queues = TestQueues.open(machine);
  }

  private HandleBuffer handle(int handle) {
    return new HandleBuffer(handle);
  }

  /** Closes the queues, prepares, and opens them again. */
  private void between(Runnable preparation) {
    queues.close();
    preparation.run();
    queues.low.tail = 0;
    queues.high.tail = 0;
    assertThat(queues.open(queues.flawless())).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName("are empty when they are opened")
  void emptyAtFirst() {
    assertThat(queues.ring()).isEqualTo(ALL_DONE);
  }

  @Test
  @DisplayName("seal a batch of 256 pages, each as it would have been sealed by mailbox")
  void sealsABatch() {
    int pages = 256;
    GuestPolicy policy = GuestPolicy.of(Flag.SEV);
    queues.close();
    byte[] content = TestMachine.randomBytes(pages * PAGE, 21);
    long memory = machine.place(content);
    int guest = machine.launching(policy, 1);
    assertThat(machine.launchUpdate(guest, memory, (long) pages * PAGE)).isEqualTo(SUCCESS);
    machine.launchMeasure(guest);
    machine.succeed(PspCommand.LAUNCH_FINISH, guest);
    TestMachine target = TestMachine.ready();
    byte[] session = machine.sendStart(guest, target.chain());
    long trans = machine.room(pages * PAGE);
    long headers = machine.room(pages * 64);
    long buffers = machine.room(pages * 64);
    assertThat(queues.open(queues.flawless())).isEqualTo(SUCCESS);

    for (int page = 0; page < pages; page++) {
      byte[] buffer = new byte[52];
      new PacketBuffer(
              guest,
              headers + 64L * page,
              64,
              memory + (long) page * PAGE,
              PAGE,
              trans + (long) page * PAGE,
              PAGE)
          .write(MemorySegment.ofArray(buffer));
      machine.memory.write(buffers + 64L * page, buffer);
      queues.low.put(PspCommand.SEND_UPDATE_DATA, buffers + 64L * page);
      if (page == pages - 2) {
        // A ring of 256 entries holds 255: a full one would look empty.
        assertThat(queues.ring()).isEqualTo(new RingHeads(255, 0, false));
      }
    }
    assertThat(queues.ring()).isEqualTo(ALL_DONE);

    queues.close();
    int received = target.receiving(machine.chain(), session, policy, 3);
    long arrival = target.room(pages * PAGE);
    Set<String> ivs = new HashSet<>();
    for (int page = 0; page < pages; page++) {
      assertThat(queues.low.answer(page)).isEqualTo(SUCCESS);
      byte[] buffer = machine.memory.read(buffers + 64L * page, 52);
      assertThat(PacketBuffer.read(MemorySegment.ofArray(buffer)).hdrLen()).isEqualTo(52);
      byte[] header = machine.memory.read(headers + 64L * page, 52);
      ivs.add(Arrays.toString(Arrays.copyOfRange(header, 4, 20)));
      byte[] sealed = machine.memory.read(trans + (long) page * PAGE, PAGE);
      assertThat(
              target.receiveUpdate(
                  received, arrival + (long) page * PAGE, new TestMachine.Packet(header, sealed)))
          .isEqualTo(SUCCESS);
    }
    assertThat(ivs).as("fresh IVs").hasSize(pages);
    assertThat(target.seenBy(3, arrival, pages * PAGE)).isEqualTo(content);
  }

  @Test
  @DisplayName("are worked in the order of their priority, not of their commands' coming")
  void highPriorityFirst() {
    int[] guest = new int[1];
    between(() -> guest[0] = machine.launching(ANYTHING_GOES, 1));
    queues.low.put(PspCommand.LAUNCH_FINISH, HandleBuffer.LAYOUT, handle(guest[0])::write);
    queues.high.put(
        PspCommand.LAUNCH_MEASURE,
        LaunchMeasureBuffer.LAYOUT,
        new LaunchMeasureBuffer(guest[0], machine.room(48), 48)::write);

    assertThat(queues.ring()).isEqualTo(new RingHeads(1, 1, false));

    queues.close();
    assertThat(machine.stateOf(guest[0])).isEqualTo(GuestState.RUNNING);
  }

  @Test
  @DisplayName("pause at a command that fails: its status is told, and what follows waits")
  void pausesAtAFailure() {
    int[] guest = new int[1];
    between(() -> guest[0] = machine.launching(ANYTHING_GOES, 1));
    queues.low.put(PspCommand.DEACTIVATE, HandleBuffer.LAYOUT, handle(guest[0])::write);
    int failing =
        queues.low.put(PspCommand.LAUNCH_FINISH, HandleBuffer.LAYOUT, handle(guest[0])::write);
    queues.low.put(PspCommand.DECOMMISSION, HandleBuffer.LAYOUT, handle(guest[0])::write);

    assertThat(queues.ring()).isEqualTo(new RingHeads(failing, 0, true));
    assertThat(queues.low.answer(failing)).isEqualTo(INVALID_GUEST_STATE);
    assertThat(queues.ring()).as("rung again").isEqualTo(new RingHeads(failing, 0, true));

    // The driver has seen it, and takes it out.
    queues.low.replace(failing, PspCommand.NOP.id(), NOWHERE);
    assertThat(queues.ring()).isEqualTo(new RingHeads(3, 0, false));
    assertThat(queues.low.answer(failing)).isEqualTo(SUCCESS);
    queues.close();
    assertThat(machine.status().guestCount()).isZero();
  }

  @Test
  @DisplayName("wait as long as the queue of high priority is paused")
  void lowWaitsForHigh() {
    queues.low.put(PspCommand.NOP, NOWHERE);
    queues.high.put(PspCommand.DECOMMISSION, NOWHERE);

    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 0, true));
    assertThat(queues.high.answer(0)).isEqualTo(INVALID_ADDRESS);

    queues.high.replace(0, PspCommand.NOP.id(), NOWHERE);
    assertThat(queues.ring()).isEqualTo(new RingHeads(1, 1, false));
  }

  @Test
  @DisplayName("go round: behind the last entry comes the first")
  void goRound() {
    for (int i = 0; i < 250; i++) {
      queues.high.put(PspCommand.NOP, NOWHERE);
    }
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 250, false));
    machine.memory.write(queues.high.answers, new byte[] {7, 7, 7, 7});
    for (int i = 0; i < 10; i++) {
      queues.high.put(PspCommand.NOP, NOWHERE);
    }
    queues.high.put(0x77, NOWHERE);
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 4, true));
    assertThat(queues.high.answer(4)).isEqualTo(INVALID_COMMAND);
    assertThat(machine.memory.read(queues.high.answers, 16)).as("an answer").containsOnly(0);
    assertThat(machine.memory.read(queues.high.answers + 5 * 16, 1)).isEqualTo(new byte[1]);
  }

  @Test
  @DisplayName("count their entries in the lowest 8 bits of a tail")
  void tailsAreMasked() {
    queues.low.put(PspCommand.NOP, NOWHERE);
    assertThat(machine.processor.ring(new RingTails(0x701, -256)))
        .contains(new RingHeads(1, 0, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x0F, 0x1D, 0x100, 0x10E, 0xFFFF})
  @DisplayName("know no other command than the mailbox, and not RING_BUFFER itself")
  void unknownCommands(int id) {
    queues.low.put(id, RAM);
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 0, true));
    assertThat(queues.low.answer(0)).isEqualTo(INVALID_COMMAND);
  }

  @Test
  @DisplayName("write a buffer back as the mailbox does, lengths on INVALID_LEN too")
  void writeBack() {
    long buffer = machine.place(new byte[12]);
    queues.low.put(PspCommand.GET_ID, buffer);
    assertThat(queues.ring().paused()).isTrue();
    assertThat(queues.low.answer(0)).isEqualTo(INVALID_LEN);
    MemorySegment written = MemorySegment.ofArray(machine.memory.read(buffer, 12));
    assertThat(GetIdBuffer.read(written).len()).isEqualTo(64);
  }

  @Test
  @DisplayName("are closed by the next command by mailbox, which is not run")
  void closedByMailbox() {
    queues.low.put(PspCommand.NOP, NOWHERE);
    assertThat(machine.send(PspCommand.SHUTDOWN)).isEqualTo(EXIT_RING_BUFFER);
    assertThat(machine.status().state()).isEqualTo(PlatformState.INIT.number());
    assertThat(machine.processor.ring(new RingTails(1, 0))).isEmpty();
  }

  @Test
  @DisplayName("are closed by a command that nobody knows, too")
  void closedByAnUnknownCommand() {
    assertThat(machine.processor.command(0x1D, NOWHERE)).isEqualTo(EXIT_RING_BUFFER);
    assertThat(machine.processor.command(0x1D, NOWHERE)).isEqualTo(INVALID_COMMAND);
  }

  @Test
  @DisplayName("do not exist before RING_BUFFER")
  void noneAtFirst() {
    assertThat(TestMachine.ready().processor.ring(new RingTails(1, 1))).isEmpty();
  }

  @Test
  @DisplayName("are new when they are opened again")
  void openedAgain() {
    queues.low.put(PspCommand.NOP, NOWHERE);
    assertThat(queues.ring()).isEqualTo(new RingHeads(1, 0, false));
    between(() -> {});
    assertThat(queues.ring()).isEqualTo(ALL_DONE);
  }

  @Test
  @DisplayName("belong to the processor while they are open: no command may name their memory")
  void ringsMayNotBeNamed() {
    long buffer = machine.place(new byte[12]);
    queues.low.put(PspCommand.GET_ID, buffer);
    long[] rings = {
      queues.low.commands, queues.low.answers, queues.high.commands, queues.high.answers
    };
    for (long ring : rings) {
      for (long address : new long[] {ring - 63, ring, ring + PAGE - 1, ring + 100 | C_BIT}) {
        assertThat(getId(buffer, address)).isEqualTo(INVALID_ADDRESS);
      }
    }
    assertThat(getId(buffer, rings[3] + PAGE)).as("behind the last ring").isEqualTo(SUCCESS);
    queues.close();
    for (long ring : rings) {
      assertThat(
              machine
                  .send(PspCommand.GET_ID, GetIdBuffer.LAYOUT, new GetIdBuffer(ring, 64)::write)
                  .status())
          .as("closed")
          .isEqualTo(SUCCESS);
    }
  }

  /** Runs the command at the head again, with another address. */
  private FirmwareStatus getId(long buffer, long address) {
    byte[] bytes = new byte[12];
    new GetIdBuffer(address, 64).write(MemorySegment.ofArray(bytes));
    machine.memory.write(buffer, bytes);
    queues.ring();
    return queues.low.answer(0);
  }

  @Test
  @DisplayName("cannot hold the buffer of a command")
  void noBufferInARing() {
    queues.low.put(PspCommand.GUEST_STATUS, queues.low.commands);
    queues.ring();
    assertThat(queues.low.answer(0)).isEqualTo(INVALID_ADDRESS);
  }

  @Test
  @DisplayName("lie at addresses with the C-bit or without, and never at one address")
  void encryptionBit() {
    queues.close();
    RingBufferBuffer good = queues.flawless();
    assertThat(
            queues.open(
                new RingBufferBuffer(
                    good.qLoCmdPtr() | C_BIT,
                    good.qLoStatVal() | C_BIT,
                    good.qHiCmdPtr(),
                    good.qLoStatVal(),
                    1,
                    1,
                    0,
                    0,
                    0)))
        .isEqualTo(INVALID_PARAM);
    assertThat(
            queues.open(
                new RingBufferBuffer(
                    good.qLoCmdPtr() | C_BIT,
                    good.qLoStatVal() | C_BIT,
                    good.qHiCmdPtr(),
                    good.qHiStatVal(),
                    1,
                    1,
                    0,
                    0,
                    0)))
        .isEqualTo(SUCCESS);
    queues.low.put(PspCommand.NOP, NOWHERE);
    assertThat(queues.ring()).isEqualTo(new RingHeads(1, 0, false));
    assertThat(queues.low.answer(0)).isEqualTo(SUCCESS);
  }

  @Test
  @DisplayName("stay open when a command of theirs stops the platform, and another starts it")
  void platformIsStartedAnew() {
    queues.high.put(PspCommand.SHUTDOWN, NOWHERE);
    queues.high.put(PspCommand.INIT, InitBuffer.LAYOUT, new InitBuffer(0, 0, 0)::write);
    queues.high.put(PspCommand.DECOMMISSION, HandleBuffer.LAYOUT, handle(1)::write);
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 2, true));
    assertThat(queues.high.answer(2)).isEqualTo(FirmwareStatus.INVALID_PLATFORM_STATE);
    queues.close();
    assertThat(machine.status().state()).isEqualTo(PlatformState.INIT.number());
  }

  @Test
  @DisplayName("are paused where their memory is gone")
  void memoryIsGone() {
    queues.low.put(PspCommand.NOP, NOWHERE);
    machine.memory.lose(queues.low.commands);
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 0, true));
    queues.high.put(PspCommand.NOP, NOWHERE);
    machine.memory.lose(queues.high.answers);
    assertThat(queues.ring()).isEqualTo(new RingHeads(0, 0, true));
  }
}
