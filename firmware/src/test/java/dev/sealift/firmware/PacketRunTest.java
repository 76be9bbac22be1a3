package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.BAD_MEASUREMENT;
import static dev.sealift.abi.FirmwareStatus.EXIT_RING_BUFFER;
import static dev.sealift.abi.FirmwareStatus.INACTIVE;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST;
import static dev.sealift.abi.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.abi.FirmwareStatus.UNSUPPORTED;
import static dev.sealift.firmware.TestMachine.C_BIT;
import static dev.sealift.firmware.TestMachine.NOWHERE;
import static dev.sealift.firmware.TestMachine.PAGE;
import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.EngineChoice;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.PacketHeader;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest is sent by one machine and received by another, twice. */
@ParameterizedClass
@EnumSource
@DisplayName("A run of packets")
class PacketRunTest {
  private static final GuestPolicy POLICY = GuestPolicy.of(Flag.SEV);
  private static final int COUNT = 40;
  private static final int LENGTH = COUNT * PAGE;

  /** Where the odd packet stands: in a second group of sixteen. */
  private static final int ODD = 21;

  private final TestMachine source;
  private final TestMachine target;
  private final int sent;
  private final long plain;
  private final Arrival byRun;
  private final Arrival byCommands;

  PacketRunTest(EngineKind kind) {
    assumeTrue(kind.obstacle().isEmpty(), () -> kind.obstacle().orElse(""));
    source = TestMachine.ready(builder -> builder.engines(EngineChoice.fixed(kind)));
    target = TestMachine.ready(builder -> builder.engines(EngineChoice.fixed(kind)));
    plain = source.place(randomBytes(LENGTH, 5));
    sent = source.launching(POLICY, 1);
    assertThat(source.launchUpdate(sent, plain, LENGTH)).isEqualTo(SUCCESS);
    source.launchMeasure(sent);
    source.succeed(PspCommand.LAUNCH_FINISH, sent);
    byte[] session = source.sendStart(sent, target.chain());
    byRun = new Arrival(target, target.receiving(source.chain(), session, POLICY, 5), 5);
    byCommands = new Arrival(target, target.receiving(source.chain(), session, POLICY, 6), 6);
  }

  /** Memory that a guest arrives in, and the packets for it. */
  private static final class Arrival {
    final TestMachine machine;
    final int handle;
    final int asid;
    final long memory;
    final long transport;
    final long headers;
    final long[] pages = new long[COUNT];

    Arrival(TestMachine machine, int handle, int asid) {
      this.machine = machine;
      this.handle = handle;
      this.asid = asid;
      memory = machine.room(LENGTH);
      transport = machine.room(LENGTH);
      headers = machine.room(COUNT * 52);
      for (int i = 0; i < COUNT; i++) {
        pages[i] = memory + (long) i * PAGE | C_BIT;
      }
      byte[] old = new byte[LENGTH];
      assertThat(machine.controller.write(asid, memory, MemorySegment.ofArray(old))).isTrue();
    }

    PacketRun run() {
      return new PacketRun(
          PspCommand.RECEIVE_UPDATE_DATA, handle, headers, pages, transport, COUNT);
    }

    byte[] contents() {
      return machine.seenBy(asid, memory, LENGTH);
    }

    byte[] packets() {
      return machine.memory.read(transport, LENGTH);
    }
  }

  private record Departure(long headers, long transport, PacketRun run) {}

  private Departure departure() {
    long transport = source.room(LENGTH);
    long headers = source.room(COUNT * 52);
    long[] pages = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      pages[i] = plain + (long) i * PAGE | C_BIT;
    }
    return new Departure(
        headers,
        transport,
        new PacketRun(PspCommand.SEND_UPDATE_DATA, sent, headers, pages, transport, COUNT));
  }

  /** All pages as packets, at both arrivals. */
  private void carry() {
    Departure departure = departure();
    assertThat(source.processor.run(departure.run)).contains(new PacketRun.Answer(COUNT, SUCCESS));
    for (Arrival arrival : List.of(byRun, byCommands)) {
      target.memory.write(arrival.transport, source.memory.read(departure.transport, LENGTH));
      target.memory.write(arrival.headers, source.memory.read(departure.headers, COUNT * 52));
    }
  }

  /** As many commands as a run stands for, up to the first that fails. */
  private static PacketRun.Answer oneByOne(TestMachine machine, PacketRun run) {
    for (int i = 0; i < run.count(); i++) {
      FirmwareStatus status =
          run.command() == PspCommand.SEND_UPDATE_DATA
              ? machine.sendUpdate(run.packet(i)).status()
              : machine.receiveUpdate(run.packet(i));
      if (status != SUCCESS) {
        return new PacketRun.Answer(i, status);
      }
    }
    return new PacketRun.Answer(run.count(), SUCCESS);
  }

  @Test
  @DisplayName("takes a guest's pages over as the commands do")
  void everyPageArrives() {
    carry();

    assertThat(target.processor.run(byRun.run())).contains(new PacketRun.Answer(COUNT, SUCCESS));
    assertThat(oneByOne(target, byCommands.run())).isEqualTo(new PacketRun.Answer(COUNT, SUCCESS));

    assertThat(byRun.contents()).isEqualTo(randomBytes(LENGTH, 5));
    assertThat(byCommands.contents()).isEqualTo(randomBytes(LENGTH, 5));
  }

  /** What may be odd about one packet that arrives, and what the firmware says to it. */
  enum OddArrival {
    A_BIT_OF_THE_CIPHERTEXT_IS_FLIPPED(BAD_MEASUREMENT) {
      @Override
      void spoil(Arrival arrival) {
        flip(arrival, arrival.transport + ODD * PAGE + 1234);
      }
    },
    A_BIT_OF_THE_MAC_IS_FLIPPED(BAD_MEASUREMENT) {
      @Override
      void spoil(Arrival arrival) {
        flip(arrival, arrival.headers + ODD * 52 + 40);
      }
    },
    IT_IS_MARKED_AS_COMPRESSED(UNSUPPORTED) {
      @Override
      void spoil(Arrival arrival) {
        flip(arrival, arrival.headers + ODD * 52);
      }
    },
    ITS_PAGE_IS_NOWHERE(INVALID_ADDRESS) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] = NOWHERE;
      }
    },
    ITS_ADDRESS_IS_ODD(INVALID_ADDRESS) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] += 8;
      }
    },
    IT_RUNS_OVER_TWO_PAGES(SUCCESS) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] += 16;
      }
    },
    ITS_PAGE_IS_THAT_OF_ANOTHER(SUCCESS) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] = arrival.pages[3];
      }
    },
    IT_IS_WRITTEN_OVER_A_LATER_PACKET(BAD_MEASUREMENT) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] = arrival.transport + (ODD + 2) * PAGE;
      }

      @Override
      int done() {
        return ODD + 2;
      }
    },
    IT_IS_WRITTEN_OVER_THE_HEADERS(BAD_MEASUREMENT) {
      @Override
      void spoil(Arrival arrival) {
        arrival.pages[ODD] = arrival.headers;
      }

      @Override
      int done() {
        return ODD + 1;
      }
    };

    final FirmwareStatus status;

    OddArrival(FirmwareStatus status) {
      this.status = status;
    }

    abstract void spoil(Arrival arrival);

    int done() {
      return status == SUCCESS ? COUNT : ODD;
    }

    private static void flip(Arrival arrival, long address) {
      byte[] one = arrival.machine.memory.read(address, 1);
      one[0] ^= 1;
      arrival.machine.memory.write(address, one);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("with one odd packet in it ends as its commands do")
  void oddArrival(OddArrival odd) {
    carry();
    odd.spoil(byRun);
    odd.spoil(byCommands);
    PacketRun.Answer expected = oneByOne(target, byCommands.run());
    boolean noise = odd == OddArrival.IT_IS_WRITTEN_OVER_THE_HEADERS;
    assertThat(expected.done()).isEqualTo(odd.done());
    assertThat(expected.status()).isIn(odd.status, noise ? UNSUPPORTED : odd.status);

    PacketRun.Answer answer = target.processor.run(byRun.run()).orElseThrow();

    assertThat(answer.done()).isEqualTo(expected.done());
    assertThat(answer.status()).isIn(odd.status, noise ? UNSUPPORTED : odd.status);
    assertThat(Arrays.mismatch(byRun.contents(), byCommands.contents())).isEqualTo(-1);
    if (odd != OddArrival.IT_IS_WRITTEN_OVER_A_LATER_PACKET) {
      assertThat(Arrays.mismatch(byRun.packets(), byCommands.packets())).isEqualTo(-1);
    }
  }

  /** What may be odd about one page that leaves. */
  enum OddDeparture {
    ITS_PAGE_IS_NOWHERE,
    ITS_ADDRESS_IS_ODD,
    IT_RUNS_OVER_TWO_PAGES,
    IT_IS_AN_EARLIER_PACKET,
    IT_IS_A_LATER_PACKET;

    void spoil(Departure departure) {
      long[] pages = departure.run.guestAddresses();
      pages[ODD] =
          switch (this) {
            case ITS_PAGE_IS_NOWHERE -> NOWHERE;
            case ITS_ADDRESS_IS_ODD -> pages[ODD] + 8;
            case IT_RUNS_OVER_TWO_PAGES -> pages[ODD] + 16;
            case IT_IS_AN_EARLIER_PACKET -> departure.transport + (ODD - 2) * PAGE;
            case IT_IS_A_LATER_PACKET -> departure.transport + (ODD + 2) * PAGE;
          };
    }

    boolean fails() {
      return this == ITS_PAGE_IS_NOWHERE || this == ITS_ADDRESS_IS_ODD;
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("with one odd page in it ends as its commands do")
  void oddDeparture(OddDeparture odd) {
    Departure departure = departure();
    odd.spoil(departure);
    PacketRun.Answer expected =
        odd.fails()
            ? new PacketRun.Answer(ODD, INVALID_ADDRESS)
            : new PacketRun.Answer(COUNT, SUCCESS);
    Departure twin = departure();
    odd.spoil(twin);
    assertThat(oneByOne(source, twin.run)).isEqualTo(expected);

    assertThat(source.processor.run(departure.run)).contains(expected);

    arrive(departure, byRun, expected.done());
    arrive(twin, byCommands, expected.done());
    for (int i = 0; i < expected.done(); i++) {
      // What a packet says of another packet is different each time: IVs are never the same.
      if (i != ODD || odd == OddDeparture.IT_RUNS_OVER_TWO_PAGES) {
        assertThat(
                Arrays.equals(
                    target.seenBy(5, byRun.memory + i * PAGE, PAGE),
                    target.seenBy(6, byCommands.memory + i * PAGE, PAGE)))
            .as("page %d", i)
            .isTrue();
      }
    }
    byte[] notSent = source.memory.read(departure.transport + ODD * PAGE, PAGE);
    assertThat(isZero(notSent)).isEqualTo(odd.fails());
  }

  private void arrive(Departure departure, Arrival arrival, int count) {
    target.memory.write(arrival.transport, source.memory.read(departure.transport, LENGTH));
    target.memory.write(arrival.headers, source.memory.read(departure.headers, COUNT * 52));
    for (int i = 0; i < count; i++) {
      assertThat(target.receiveUpdate(arrival.run().packet(i)))
          .as("packet %d", i)
          .isEqualTo(SUCCESS);
    }
  }

  private static boolean isZero(byte[] bytes) {
    for (byte each : bytes) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  @DisplayName("whose packets have no place ends there, and writes nothing")
  void packetsWithoutPlace() {
    Departure departure = departure();
    long end = TestMachine.RAM + TestMachine.RAM_SIZE;
    PacketRun noRoomForCiphertext =
        new PacketRun(
            PspCommand.SEND_UPDATE_DATA,
            sent,
            departure.headers,
            departure.run.guestAddresses(),
            end - 20 * PAGE,
            COUNT);
    assertThat(source.processor.run(noRoomForCiphertext))
        .contains(new PacketRun.Answer(20, INVALID_ADDRESS));
    assertThat(source.memory.read(departure.headers + 20 * 52, 52)).containsOnly(0);

    PacketRun noRoomForHeaders =
        new PacketRun(
            PspCommand.SEND_UPDATE_DATA,
            sent,
            end - 20 * 52,
            departure.run.guestAddresses(),
            departure.transport,
            COUNT);
    assertThat(source.processor.run(noRoomForHeaders))
        .contains(new PacketRun.Answer(20, INVALID_ADDRESS));
    assertThat(source.memory.read(departure.transport + 20 * PAGE, PAGE)).containsOnly(0);
  }

  @Test
  @DisplayName("is refused as its first command is")
  void refusedFromTheStart() {
    carry();
    PacketRun stranger =
        new PacketRun(
            PspCommand.RECEIVE_UPDATE_DATA, 77, byRun.headers, byRun.pages, byRun.transport, COUNT);
    assertThat(target.processor.run(stranger)).contains(new PacketRun.Answer(0, INVALID_GUEST));
    assertThat(target.processor.run(withHandle(byRun, PspCommand.SEND_UPDATE_DATA)))
        .contains(new PacketRun.Answer(0, INVALID_GUEST_STATE));
    target.succeed(PspCommand.DEACTIVATE, byRun.handle);
    assertThat(target.processor.run(byRun.run())).contains(new PacketRun.Answer(0, INACTIVE));
  }

  private static PacketRun withHandle(Arrival arrival, PspCommand command) {
    return new PacketRun(
        command, arrival.handle, arrival.headers, arrival.pages, arrival.transport, COUNT);
  }

  @Test
  @DisplayName("ends the mode of RING_BUFFER, as any command by mailbox does")
  void endsRingBufferMode() {
    TestQueues.open(source);
    assertThat(source.processor.run(departure().run))
        .contains(new PacketRun.Answer(0, EXIT_RING_BUFFER));
    assertThat(source.processor.run(departure().run))
        .contains(new PacketRun.Answer(COUNT, SUCCESS));
  }

  @Test
  @DisplayName("goes on beside others, while commands come")
  void manyAtOnce() throws Exception {
    List<Departure> departures = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      departures.add(departure());
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      Future<?> commands =
          threads.submit(() -> {
            for (int i = 0; i < 50; i++) {
              source.succeed(PspCommand.NOP);
            }
          });
      List<Future<?>> runs = new ArrayList<>();
      for (Departure departure : departures) {
        runs.add(
            threads.submit(() ->
                assertThat(source.processor.run(departure.run))
                    .contains(new PacketRun.Answer(COUNT, SUCCESS))));
      }
      commands.get();
      for (Future<?> run : runs) {
        run.get();
      }
    }
    TreeSet<BigInteger> ivs = new TreeSet<>();
    for (Departure departure : departures) {
      arrive(departure, byRun, COUNT);
      assertThat(byRun.contents()).isEqualTo(randomBytes(LENGTH, 5));
      for (int i = 0; i < COUNT; i++) {
        byte[] header = source.memory.read(departure.headers + i * 52, 52);
        ivs.add(new BigInteger(1, PacketHeader.parse(header).iv()));
      }
    }
    assertThat(ivs).as("no IV is used twice").hasSize(departures.size() * COUNT);
    BigInteger before = ivs.first();
    for (BigInteger iv : ivs.tailSet(before, false)) {
      assertThat(iv.subtract(before))
          .as("a page takes 256 counter values, and no other packet has one of them")
          .isGreaterThanOrEqualTo(BigInteger.valueOf(PAGE / 16));
      before = iv;
    }
  }

  @Test
  @DisplayName("is of packets of memory, and of no more than its bound")
  void bounds() {
    long[] pages = new long[PacketRun.MAX_COUNT + 1];
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PacketRun(PspCommand.SEND_UPDATE_VMSA, 1, 0, pages, 0, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PacketRun(PspCommand.SEND_UPDATE_DATA, 1, 0, pages, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PacketRun(PspCommand.SEND_UPDATE_DATA, 1, 0, pages, 0, pages.length));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PacketRun(PspCommand.SEND_UPDATE_DATA, 1, 0, new long[3], 0, 4));
  }
}
