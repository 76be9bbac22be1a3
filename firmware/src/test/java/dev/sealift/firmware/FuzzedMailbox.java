package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.QueuedCommand;
import dev.sealift.abi.psp.QueuedStatus;
import dev.sealift.abi.psp.RingBufferBuffer;
import java.lang.foreign.MemorySegment;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine whose mailbox and queues are given commands by chance. After each, the answer, the
 * states and the buffer are what the interface table lets them be.
 */
final class FuzzedMailbox {
  private static final int HIGHEST_ASID = 8;

  /** What throws much away, or takes long. */
  private static final Set<PspCommand> RARE =
      EnumSet.of(
          PspCommand.SHUTDOWN,
          PspCommand.RING_BUFFER,
          PspCommand.PEK_GEN,
          PspCommand.PDH_GEN,
          PspCommand.DEACTIVATE,
          PspCommand.DECOMMISSION);

  private static final List<CommandRow> ALL = FirmwareInterface.load().commands();

  private final Random random;
  private final TestMachine machine;
  private final Platform platform;
  private final FuzzedBuffers buffers;
  private @Nullable RingBufferBuffer queues;
  private int tail;
  private int steps;

  /** Commands that succeeded, and the states of guests that were seen. */
  final Map<PspCommand, Integer> successes = new TreeMap<>();

  final Set<GuestState> reached = EnumSet.of(GuestState.UNINIT);

  /** What was last tried, for the report of a failure. */
  String last = "nothing";

  /** The states of everything that has one. */
  private record States(PlatformState platform, Map<Integer, GuestState> guests) {
    static States of(Platform platform) {
      Map<Integer, GuestState> guests = new TreeMap<>();
      platform.guests().all().forEach(guest -> guests.put(guest.handle(), guest.state()));
      return new States(platform.state(), guests);
    }

    GuestState of(int handle) {
      return guests.getOrDefault(handle, GuestState.UNINIT);
    }
  }

  FuzzedMailbox(long seed) {
    random = new Random(seed);
    machine =
        TestMachine.off(options ->
            options
                .chip(TableFixtures.CHIP)
                .store(new SwitchableStore(TableFixtures.SELF_OWNED))
                .asids(HIGHEST_ASID, 4)
                .random(repeatable(seed)));
    platform = machine.processor.platform();
    buffers = new FuzzedBuffers(machine, random);
  }

  /** Draws the same keys for the same seed. */
  private static SecureRandom repeatable(long seed) {
    try {
      SecureRandom repeatable = SecureRandom.getInstance("SHA1PRNG");
      repeatable.setSeed(seed);
      return repeatable;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives a command. */
  void step() {
    if (steps++ % 64 == 0) {
      buffers.placeDocuments();
    }
    if (random.nextInt(8) == 0) {
      machine.processor.writeBackAndInvalidateCaches();
    }
    PspCommand command = command();
    int id =
        command != null
            ? command.id()
            : random.nextBoolean() ? random.nextInt(-1, 0x102) : random.nextInt();
    if (queues != null && random.nextInt(40) != 0) {
      byQueue(id & 0xFFFF, queues);
    } else {
      byMailbox(id);
    }
    checkBooks();
  }

  /** Any command, the likelier the more it can do; null for an id that is none's. */
  private PspCommand command() {
    if (platform.state() == PlatformState.UNINIT && random.nextInt(3) > 0) {
      return random.nextBoolean() ? PspCommand.INIT : PspCommand.INIT_EX;
    }
    if (random.nextInt(20) == 0) {
      return null;
    }
    CommandRow row = ALL.get(random.nextInt(ALL.size()));
    boolean likely =
        row.platformStates().contains(platform.state())
            && (row.guestStates().isEmpty()
                || platform.guests().all().stream()
                    .anyMatch(guest -> row.guestStates().contains(guest.state())));
    boolean rare = RARE.contains(row.command());
    return random.nextInt(8) == 0 || likely && !rare ? row.command() : command();
  }

  private void byMailbox(int id) {
    Attempt attempt = new Attempt(id);
    FirmwareStatus status = machine.processor.command(id, attempt.address);
    if (queues != null) {
      assertThat(status).isEqualTo(FirmwareStatus.EXIT_RING_BUFFER);
      assertThat(States.of(platform)).isEqualTo(attempt.before);
      queues = null;
      return;
    }
    attempt.check(status, /* queued= */ false);
    if (id == PspCommand.RING_BUFFER.id() && status == FirmwareStatus.SUCCESS) {
      queues = RingBufferBuffer.read(MemorySegment.ofArray(attempt.sent));
      tail = 0;
    }
  }

  private void byQueue(int id, RingBufferBuffer open) {
    Attempt attempt = new Attempt(id);
    byte[] entry = new byte[16];
    new QueuedCommand(id, random.nextInt(1 << 16), random.nextInt(), attempt.address)
        .write(MemorySegment.ofArray(entry));
    machine.memory.write((open.qLoCmdPtr() & ~TestMachine.C_BIT) + 16L * tail, entry);
    int next = (tail + 1) % TestQueues.ENTRIES;

    Optional<RingHeads> heads = machine.processor.ring(new RingTails(next, 0));

    byte[] answer = machine.memory.read((open.qLoStatVal() & ~TestMachine.C_BIT) + 16L * tail, 16);
    FirmwareStatus status =
        FirmwareStatus.of(QueuedStatus.read(MemorySegment.ofArray(answer)).status());
    boolean done = status == FirmwareStatus.SUCCESS;
    assertThat(heads).contains(new RingHeads(done ? next : tail, 0, !done));
    tail = done ? next : tail;
    attempt.check(status, /* queued= */ true);
  }

  /** A command with its buffer in memory, and what the world was like before it. */
  private final class Attempt {
    final @Nullable PspCommand command;
    final @Nullable CommandRow row;
    final byte[] sent;
    final long address;
    final boolean reachable;
    final States before = States.of(platform);

    Attempt(int id) {
      command = PspCommand.of(id);
      row = command == null ? null : FirmwareInterface.load().command(command).orElseThrow();
      StructLayout layout = row == null ? null : CommandTable.layout(row);
      sent = layout == null ? new byte[0] : buffers.buffer(command, layout);
      boolean sensible = random.nextInt(16) > 0;
      address = sensible ? TestMachine.RAM : buffers.wildAddress();
      reachable = platform.memory().reaches(address, sent.length);
      if (sensible && reachable) {
        machine.memory.write(address, sent);
      }
      last =
          "%s (%#x), buffer at %#x: %s, platform %s"
              .formatted(command, id, address, HexFormat.of().formatHex(sent), before);
    }

    void check(FirmwareStatus status, boolean queued) {
      if (row == null) {
        assertThat(status).isEqualTo(FirmwareStatus.INVALID_COMMAND);
        assertThat(States.of(platform)).isEqualTo(before);
      } else if (status == FirmwareStatus.SUCCESS) {
        successes.merge(command, 1, Integer::sum);
        checkSuccess();
      } else {
        checkRefusal(status, queued);
      }
      reached.addAll(States.of(platform).guests().values());
    }

    /** A refusal is one of the table's, and has changed no state. */
    private void checkRefusal(FirmwareStatus status, boolean queued) {
      Set<FirmwareStatus> known = EnumSet.noneOf(FirmwareStatus.class);
      row.checks(FirmwareProfile.DEFAULT).forEach(check -> known.add(check.status()));
      if (!reachable) {
        known.add(FirmwareStatus.INVALID_ADDRESS);
      }
      assertThat(status).isIn(known);
      assertThat(States.of(platform)).isEqualTo(before);
      if (address == TestMachine.RAM && !row.bufferClass().isWrittenBackOn(status)) {
        assertThat(machine.memory.read(address, sent.length)).isEqualTo(sent);
      }
      assertThat(status == FirmwareStatus.INVALID_COMMAND)
          .isEqualTo(queued && command == PspCommand.RING_BUFFER && reachable);
    }

    /** A success was allowed by the states, and leads to those that the table says. */
    private void checkSuccess() {
      assertThat(reachable || sent.length == 0).isTrue();
      assertThat(before.platform()).isIn(row.platformStates());
      States after = States.of(platform);
      Map<Integer, GuestState> expected = new TreeMap<>(before.guests());
      PlatformState platformAfter = row.platformAfter().orElse(before.platform());
      if (command == PspCommand.SHUTDOWN) {
        expected.clear();
      } else if (!row.guestStates().isEmpty() && address == TestMachine.RAM) {
        int handle = (int) field("handle");
        assertThat(before.of(handle)).isIn(row.guestStates());
        row.guestAfter().ifPresent(state -> expected.put(handle, state));
        if (command == PspCommand.DECOMMISSION) {
          expected.remove(handle);
          platformAfter = expected.isEmpty() ? PlatformState.INIT : PlatformState.WORKING;
        }
      } else if (command == PspCommand.LAUNCH_START || command == PspCommand.RECEIVE_START) {
        GuestState first =
            command == PspCommand.LAUNCH_START ? GuestState.LUPDATE : GuestState.RUPDATE;
        after.guests().keySet().stream()
            .filter(handle -> !expected.containsKey(handle))
            .findFirst()
            .ifPresent(handle -> expected.put(handle, first));
        assertThat(expected).hasSize(before.guests().size() + 1);
      } else if (!row.guestStates().isEmpty()) {
        // A buffer that lay somewhere by chance named the guest: it is not known which.
        return;
      }
      assertThat(after).isEqualTo(new States(platformAfter, expected));
    }

    private long field(String name) {
      return ((Field.U32) CommandTable.layout(row).field(name))
          .getUnsigned(MemorySegment.ofArray(sent));
    }
  }

  /** What must hold of the platform's books at any time. */
  private void checkBooks() {
    States now = States.of(platform);
    assertThat(now.platform() == PlatformState.WORKING).isEqualTo(!now.guests().isEmpty());
    AsidTable asids = platform.asids();
    Set<Integer> given = new HashSet<>();
    for (Guest guest : platform.guests().all()) {
      if (guest.hasAsid()) {
        assertThat(given.add(guest.asid())).as("ASID %d has one guest", guest.asid()).isTrue();
        assertThat(asids.suits(guest.asid(), guest.policy().es())).isTrue();
      }
    }
    for (int asid = 1; asid <= HIGHEST_ASID; asid++) {
      assertThat(asids.owned(asid)).as("ASID %d", asid).isEqualTo(given.contains(asid));
    }
  }
}
