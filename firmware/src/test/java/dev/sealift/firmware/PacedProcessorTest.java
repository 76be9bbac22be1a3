package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.INVALID_COMMAND;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.INVALID_PLATFORM_STATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.firmware.TestMachine.ANYTHING_GOES;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.CopyBuffer;
import dev.sealift.abi.psp.DebugBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SwapOutBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A paced processor")
class PacedProcessorTest {
  private static final long LATENCY = 50_000;
  private static final GuestPolicy POLICY = GuestPolicy.of(Flag.SEV);

  /** A nanosecond a byte, so that costs can be read. */
  private static final ProcessorPace PACE =
      new ProcessorPace(Duration.ofNanos(LATENCY), OptionalLong.of(1_000_000_000));

  /** Time that passes only while somebody waits, or while the processor is said to work. */
  private static final class VirtualClock implements PaceClock {
    private long now;
    private long work;

    @Override
    public long nanos() {
      long begun = now;
      now += work;
      return begun;
    }

    @Override
    public void await(long nanos) {
      now = Math.max(now, nanos);
    }

    /** The time that something took. */
    long of(Runnable something) {
      long before = now;
      something.run();
      return now - before;
    }
  }

  private final VirtualClock clock = new VirtualClock();
  private final TestMachine machine = TestMachine.ready(builder -> builder.pace(PACE).clock(clock));

  @Test
  @DisplayName("takes its latency for a command that moves no guest data")
  void latency() {
    assertThat(clock.of(() -> machine.succeed(PspCommand.NOP))).isEqualTo(LATENCY);
    assertThat(clock.of(machine::status)).isEqualTo(LATENCY);
  }

  @Test
  @DisplayName("takes its latency for a command that it refuses, or does not know")
  void refused() {
    assertThat(
            clock.of(() ->
                assertThat(machine.processor.command(0x99, NOWHERE)).isEqualTo(INVALID_COMMAND)))
        .isEqualTo(LATENCY);
    assertThat(
            clock.of(() ->
                assertThat(machine.launchUpdate(77, machine.room(PAGE), PAGE))
                    .isEqualTo(INVALID_PLATFORM_STATE)))
        .isEqualTo(LATENCY);
  }

  @Test
  @DisplayName("takes longer for the guest data that a command moves, whichever it is")
  void everyMover() {
    long memory = machine.place(new byte[8 * PAGE]);
    int guest = machine.launching(ANYTHING_GOES, 1);
    assertThat(clock.of(() -> machine.launchUpdate(guest, memory, 4 * PAGE)))
        .as("LAUNCH_UPDATE_DATA")
        .isEqualTo(LATENCY + 4 * PAGE);
    machine.launchMeasure(guest);
    machine.succeed(PspCommand.LAUNCH_FINISH, guest);

    assertThat(
            cost(
                PspCommand.COPY,
                CopyBuffer.LAYOUT,
                new CopyBuffer(guest, 2 * PAGE, memory, memory + 2 * PAGE)::write))
        .isEqualTo(LATENCY + 2 * PAGE);
    long host = machine.room(PAGE);
    assertThat(
            cost(
                PspCommand.DBG_DECRYPT,
                DebugBuffer.LAYOUT,
                new DebugBuffer(guest, memory, host, 48)::write))
        .isEqualTo(LATENCY + 48);
    assertThat(
            cost(
                PspCommand.DBG_ENCRYPT,
                DebugBuffer.LAYOUT,
                new DebugBuffer(guest, host, memory, 16)::write))
        .isEqualTo(LATENCY + 16);
  }

  private long cost(PspCommand command, StructLayout layout, Consumer<MemorySegment> fill) {
    return clock.of(() ->
        assertThat(machine.send(command, layout, fill).status())
            .as(command.name())
            .isEqualTo(SUCCESS));
  }

  @Test
  @DisplayName("takes the same for a packet on its way out and on its way in")
  void packets() {
    TestMachine target = TestMachine.ready(builder -> builder.pace(PACE).clock(clock));
    long page = machine.place(TestMachine.randomBytes(PAGE, 1));
    int guest = machine.running(POLICY, 1, page);
    byte[] session = machine.sendStart(guest, target.chain());
    int received = target.receiving(machine.chain(), session, POLICY, 3);
    List<TestMachine.Packet> packet = new ArrayList<>();

    assertThat(clock.of(() -> packet.add(machine.sendUpdate(guest, page, PAGE))))
        .isEqualTo(LATENCY + PAGE);
    long arrival = target.room(PAGE);
    assertThat(
            clock.of(() ->
                assertThat(target.receiveUpdate(received, arrival, packet.getFirst()))
                    .isEqualTo(SUCCESS)))
        .isEqualTo(LATENCY + PAGE);
    assertThat(clock.of(() -> machine.succeed(PspCommand.SEND_FINISH, guest))).isEqualTo(LATENCY);
  }

  @Test
  @DisplayName("takes its latency for the question how long a header is: nothing was sealed")
  void lengthQuery() {
    TestMachine target = TestMachine.ready();
    long page = machine.place(new byte[PAGE]);
    int guest = machine.running(POLICY, 1, page);
    machine.sendStart(guest, target.chain());

    assertThat(
            clock.of(() ->
                assertThat(
                        machine
                            .sendUpdate(new PacketBuffer(guest, 0, 0, page, PAGE, 0, 0))
                            .status())
                    .isEqualTo(INVALID_LEN)))
        .isEqualTo(LATENCY);
  }

  @Test
  @DisplayName("takes as long for a command from a queue as for one by mailbox")
  void queues() {
    TestQueues queues = new TestQueues(machine);
    long memory = machine.place(new byte[8 * PAGE]);
    int guest = machine.launching(ANYTHING_GOES, 1);
    assertThat(queues.open(queues.flawless())).isEqualTo(SUCCESS);
    for (int page = 0; page < 8; page++) {
      queues.low.put(
          PspCommand.LAUNCH_UPDATE_DATA,
          LaunchUpdateBuffer.LAYOUT,
          new LaunchUpdateBuffer(guest, memory + (long) page * PAGE, PAGE)::write);
    }

    assertThat(clock.of(queues::ring)).isEqualTo(8 * (LATENCY + PAGE));
  }

  @Test
  @DisplayName("has no runs of packets: they would be many commands at once")
  void runs() {
    var run = new PacketRun(PspCommand.SEND_UPDATE_DATA, 1, NOWHERE, new long[1], NOWHERE, 1);
    assertThat(TestMachine.ready().processor.run(run)).isPresent();
    assertThat(machine.processor.run(run)).isEmpty();
  }

  @Test
  @DisplayName("is not made slower where its work takes longer than it costs")
  void slowWork() {
    clock.work = LATENCY - 1;
    assertThat(clock.of(() -> machine.succeed(PspCommand.NOP))).isEqualTo(LATENCY);
    clock.work = 3 * LATENCY;
    assertThat(clock.of(() -> machine.succeed(PspCommand.NOP))).isEqualTo(3 * LATENCY);
  }

  @Test
  @DisplayName("serves callers one after the other: their commands never cost less together")
  void oneAtATime() throws Exception {
    int threads = 4;
    int commands = 25;
    TestMachine real = TestMachine.ready(builder -> builder.pace(PACE));
    long begun = System.nanoTime();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < commands; n++) {
                  real.processor.command(PspCommand.NOP.id(), NOWHERE);
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(threads * commands * LATENCY);
  }

  @Test
  @DisplayName("takes as long for a page that is put elsewhere as for one that is sealed")
  void swap() {
    long page = machine.place(new byte[PAGE]);
    int guest = machine.running(ANYTHING_GOES, 1, page);
    assertThat(
            cost(
                PspCommand.SWAP_OUT,
                SwapOutBuffer.LAYOUT,
                new SwapOutBuffer(guest, 0, page, machine.room(PAGE), machine.room(64), 0)::write))
        .isEqualTo(LATENCY + PAGE);
  }
}
