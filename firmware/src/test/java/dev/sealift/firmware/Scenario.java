package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * A command of the interface table, flawless, on a machine of its own: platform and guest are in
 * states that it is served in, and its buffer asks for nothing wrong. Faults are put in before the
 * machine is built, or after.
 */
final class Scenario {

  /** The region for SEV-ES: the last MiB of memory. */
  static final long TMR = TestMachine.RAM + (3 << 20);

  /** The only page of 2 MiB. */
  static final long LARGE_PAGE = 2 << 20;

  static final int MAXIMUM_ASID = 20;
  static final int MINIMUM_SEV_ASID = 6;
  static final int BYSTANDERS_ASID = 15;
  static final int FREE_ASID = 11;

  private static final Set<PspCommand> WITHOUT_ASID =
      EnumSet.of(PspCommand.DECOMMISSION, PspCommand.ACTIVATE, PspCommand.ACTIVATE_EX);

  private static final Set<PspCommand> OF_ES_GUESTS =
      EnumSet.of(
          PspCommand.LAUNCH_UPDATE_VMSA,
          PspCommand.SEND_UPDATE_VMSA,
          PspCommand.RECEIVE_UPDATE_VMSA);

  final CommandRow row;
  final FirmwareProfile profile;
  final StructLayout layout;

  // What may be changed before the machine is built.
  PlatformState platformState;
  GuestState guestState;
  GuestPolicy policy = new GuestPolicy(0);
  boolean hasAsid;
  boolean platformEs = true;
  boolean hasActivateEx = true;
  boolean strangeRoot;
  boolean fullHouse;

  /** The command comes from a queue instead of by mailbox. */
  boolean queued;

  // What is there afterwards.
  TestMachine machine;
  PlatformIdentity identity = TableFixtures.SELF_OWNED;
  SwitchableStore store = new SwitchableStore(TableFixtures.SELF_OWNED);
  Certificates certificates = new Certificates();
  int handle;
  int asid;
  byte[] buffer;
  private boolean bystander;

  /** Where a command's buffer, and a queue, lie. */
  final Set<Long> itsMemory = new HashSet<>(Set.of(TestMachine.RAM));

  Scenario(CommandRow row, FirmwareProfile profile) {
    this.row = row;
    this.profile = profile;
    this.layout = CommandTable.layout(row);
    this.buffer = new byte[layout == null ? 0 : layout.size()];
    this.platformState = usual(row.platformStates());
    this.guestState =
        row.guestStates().isEmpty() ? GuestState.RUNNING : row.guestStates().iterator().next();
    this.hasAsid = !WITHOUT_ASID.contains(row.command());
    if (OF_ES_GUESTS.contains(row.command())) {
      policy = GuestPolicy.of(Flag.ES);
    }
    if (row.command() == PspCommand.SEND_START) {
      policy = GuestPolicy.of(Flag.SEV, Flag.DOMAIN);
    }
  }

  /** The state in which a command is at home. */
  private static PlatformState usual(Set<PlatformState> states) {
    return states.contains(PlatformState.INIT) ? PlatformState.INIT : states.iterator().next();
  }

  boolean takesGuest() {
    return row.checks().stream()
        .anyMatch(
            check -> check.condition().isEmpty() && check.fault().equals("handle is no guest's"));
  }

  /** Builds the machine and the flawless command. */
  void build() {
    if (row.command() == PspCommand.SEND_START) {
      identity = TableFixtures.OWNED;
      store = new SwitchableStore(identity);
    }
    machine =
        TestMachine.off(options ->
            options
                .chip(TableFixtures.CHIP)
                .store(store)
                .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                .activateEx(hasActivateEx)
                .rootOfTrust(strangeRoot ? Roots.stranger() : Roots.model().root())
                .profile(profile));
    if (needsPlatform()) {
      InitBuffer init = platformEs ? new InitBuffer(1, TMR, 1 << 20) : new InitBuffer(0, 0, 0);
      assertThat(machine.init(init)).isEqualTo(FirmwareStatus.SUCCESS);
      machine.succeed(PspCommand.DF_FLUSH);
      if (takesGuest()) {
        guest();
      }
    }
    FlawlessCommands.fill(this);
    if (takesGuest() && !hasAsid && guestStatus().asid() != 0) {
      machine.succeed(PspCommand.DEACTIVATE, handle);
      flush();
    }
  }

  private boolean needsPlatform() {
    return platformState != PlatformState.UNINIT
        || row.platformStates().contains(PlatformState.INIT)
        || row.platformStates().contains(PlatformState.WORKING);
  }

  /** Brings the platform to the state that was asked for, after the command was made. */
  void settle() {
    certificates.place(this);
    if (fullHouse) {
      while (machine.processor.platform().guests().freeHandle() != 0) {
        admit(new GuestPolicy(0));
      }
    }
    switch (platformState) {
      case WORKING -> bystander();
      case INIT -> {
        if (takesGuest()) {
          endGuest();
        }
      }
      case UNINIT -> {
        machine.succeed(PspCommand.SHUTDOWN);
        machine.processor.writeBackAndInvalidateCaches();
      }
    }
  }

  private void endGuest() {
    if (guestStatus().asid() != 0) {
      machine.succeed(PspCommand.DEACTIVATE, handle);
    }
    if (guestStatus().state() != 0) {
      machine.succeed(PspCommand.DECOMMISSION, handle);
    }
    machine.processor.writeBackAndInvalidateCaches();
  }

  void flush() {
    machine.processor.writeBackAndInvalidateCaches();
    machine.succeed(PspCommand.DF_FLUSH);
  }

  /** Takes a guest in without asking the processor. */
  int admit(GuestPolicy itsPolicy) {
    Platform platform = machine.processor.platform();
    int free = platform.guests().freeHandle();
    platform.admit(
        new Guest(
            free,
            itsPolicy,
            GuestState.LUPDATE,
            SecretBytes.take(new byte[32]),
            TransportKeys.zero(),
            SecretBytes.take(new byte[32])));
    return free;
  }

  /** Another guest, with an ASID. */
  int bystander() {
    if (!bystander) {
      bystander = true;
      return machine.launching(new GuestPolicy(0), BYSTANDERS_ASID);
    }
    return 0;
  }

  private void guest() {
    asid = policy.es() ? 2 : 10;
    if (guestState == GuestState.UNINIT) {
      handle = 999;
      return;
    }
    if (guestState == GuestState.RUPDATE) {
      handle = ReceiveStartBuffer.read(succeededReceiveStart()).handle();
      activate();
      return;
    }
    // Firmware that looks at the API even without an owner would not launch such a guest.
    handle = policy.allowsApi(profile.api()) ? machine.launchStart(policy) : admit(policy);
    activate();
    if (policy.es()) {
      vmsa();
    }
    if (guestState == GuestState.LUPDATE) {
      return;
    }
    measurement = machine.launchMeasure(handle);
    if (guestState == GuestState.LSECRET) {
      return;
    }
    machine.succeed(PspCommand.LAUNCH_FINISH, handle);
    if (guestState == GuestState.RUNNING) {
      return;
    }
    sendStart();
    if (guestState == GuestState.SENT) {
      machine.succeed(PspCommand.SEND_FINISH, handle);
    }
  }

  byte[] measurement = new byte[48];
  long vmsa;

  private void activate() {
    assertThat(machine.activate(handle, asid)).isEqualTo(FirmwareStatus.SUCCESS);
  }

  private void vmsa() {
    vmsa = machine.place(TestMachine.randomBytes(PAGE, 77));
    TestMachine.succeeded(
        machine.send(
            PspCommand.LAUNCH_UPDATE_VMSA,
            LaunchUpdateBuffer.LAYOUT,
            new LaunchUpdateBuffer(handle, vmsa, PAGE)::write));
  }

  private MemorySegment succeededReceiveStart() {
    return TestMachine.succeeded(
        machine.receiveStart(
            new ReceiveStartBuffer(
                0,
                policy.word(),
                machine.place(TableFixtures.PEER_CERTIFICATE.bytes()),
                2084,
                machine.place(TableFixtures.session(policy, identity).blob()),
                128)));
  }

  private void sendStart() {
    Certificates target = new Certificates();
    long chain = machine.place(target.platform());
    TestMachine.succeeded(
        machine.sendStart(
            new SendStartBuffer(
                handle,
                0,
                machine.place(target.pdh.bytes()),
                2084,
                chain,
                6252,
                machine.place(target.amd()),
                3200,
                machine.room(128),
                128)));
  }

  GuestStatusBuffer guestStatus() {
    return machine.guestStatus(handle);
  }

  // The command

  boolean has(String field) {
    return layout != null && layout.fields().stream().anyMatch(f -> f.name().equals(field));
  }

  long get(String field) {
    MemorySegment segment = MemorySegment.ofArray(buffer);
    return switch (layout.field(field)) {
      case Field.U8 u8 -> u8.get(segment);
      case Field.U16 u16 -> u16.get(segment);
      case Field.U32 u32 -> u32.getUnsigned(segment);
      case Field.U64 u64 -> u64.get(segment);
      case Field.Bytes bytes -> throw new AssertionError(bytes);
    };
  }

  void set(String field, long value) {
    MemorySegment segment = MemorySegment.ofArray(buffer);
    switch (layout.field(field)) {
      case Field.U8 u8 -> u8.set(segment, (int) value);
      case Field.U16 u16 -> u16.set(segment, (int) value);
      case Field.U32 u32 -> u32.setUnsigned(segment, value);
      case Field.U64 u64 -> u64.set(segment, value);
      case Field.Bytes bytes -> throw new AssertionError(bytes);
    }
  }

  /** Sends the command; the buffer is what lies in memory afterwards. */
  FirmwareStatus send() {
    TestQueues queues = queued ? TestQueues.open(machine) : null;
    long address = layout == null ? TestMachine.NOWHERE : TestMachine.RAM;
    if (layout != null) {
      machine.memory.write(address, buffer);
    }
    FirmwareStatus status =
        queues == null
            ? machine.processor.command(row.command().id(), address)
            : sendBy(queues, address);
    if (layout != null) {
      buffer = machine.memory.read(address, buffer.length);
    }
    return status;
  }

  private FirmwareStatus sendBy(TestQueues queues, long address) {
    queues.high.put(row.command(), address);
    boolean paused = queues.ring().paused();
    FirmwareStatus status = queues.high.answer(0);
    assertThat(paused).as("paused").isEqualTo(status != FirmwareStatus.SUCCESS);
    queues.close();
    itsMemory.add(queues.high.commands);
    itsMemory.add(queues.high.answers);
    return status;
  }

  PlatformState platformNow() {
    // Not by mailbox: the command may have been RING_BUFFER.
    return machine.processor.platform().state();
  }

  GuestState guestNow() {
    Guest guest = machine.processor.platform().guests().find(handle);
    return guest == null ? GuestState.UNINIT : guest.state();
  }
}
