package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.ActivateBuffer;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.HandleBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.LaunchMeasureBuffer;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.LaunchUpdateBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A machine for tests: memory, controller, processor, and the driver's part of the work. Its
 * methods with a plain result insist on success; those that give an {@link Answer} leave the status
 * to the test.
 */
final class TestMachine {

  /** The first byte of memory; the first page is for command buffers. */
  static final long RAM = 1 << 20;

  static final int RAM_SIZE = 4 << 20;

  /** An address below all memory, allowed by the rules and backed by nothing. */
  static final long NOWHERE = 0x8000;

  static final long C_BIT = 1L << 51;
  static final int PAGE = 4096;
  static final GuestPolicy ANYTHING_GOES = new GuestPolicy(0);

  final RamMemory memory = new RamMemory(RAM, RAM_SIZE);
  final XexMemoryController controller;
  final SoftwareSecureProcessor processor;
  private long next = RAM + PAGE;

  /** What the mailbox answered, and the command buffer after it. */
  record Answer(FirmwareStatus status, MemorySegment buffer) {}

  /** A packet on its way. */
  record Packet(byte[] header, byte[] ciphertext) {
    Packet {
      header = header.clone();
      ciphertext = ciphertext.clone();
    }
  }

  private TestMachine(UnaryOperator<SoftwareSecureProcessor.Builder> options) {
    byte[] seed = new byte[32];
    new Random(1).nextBytes(seed);
    controller = new XexMemoryController(memory, seed);
    processor =
        options
            .apply(SoftwareSecureProcessor.builder().rootOfTrust(Roots.model().root()))
            .build(memory, controller);
  }

  /** A machine whose platform is not initialised. */
  static TestMachine off() {
    return new TestMachine(builder -> builder);
  }

  static TestMachine off(UnaryOperator<SoftwareSecureProcessor.Builder> options) {
    return new TestMachine(options);
  }

  /** A machine that is ready for guests. */
  static TestMachine ready() {
    return ready(builder -> builder);
  }

  static TestMachine ready(UnaryOperator<SoftwareSecureProcessor.Builder> options) {
    TestMachine machine = new TestMachine(options);
    machine.init();
    machine.succeed(PspCommand.DF_FLUSH);
    return machine;
  }

  // Memory

  /** Memory that nobody else uses, at the start of a page. */
  long room(int length) {
    long address = next;
    next += (length + PAGE - 1) / PAGE * (long) PAGE;
    return address;
  }

  /** Such memory with this content. */
  long place(byte[] content) {
    long address = room(content.length);
    memory.write(address, content);
    return address;
  }

  /** What a guest sees. */
  byte[] seenBy(int asid, long address, int length) {
    byte[] seen = new byte[length];
    assertThat(controller.read(asid, address, MemorySegment.ofArray(seen))).isTrue();
    return seen;
  }

  static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  // The mailbox

  /** Sends a command with a fresh buffer. */
  Answer send(PspCommand command, StructLayout layout, Consumer<MemorySegment> fill) {
    byte[] bytes = new byte[layout.size()];
    fill.accept(MemorySegment.ofArray(bytes));
    memory.write(RAM, bytes);
    FirmwareStatus status = processor.command(command.id(), RAM);
    return new Answer(status, MemorySegment.ofArray(memory.read(RAM, bytes.length)));
  }

  FirmwareStatus send(PspCommand command, int handle) {
    return send(command, HandleBuffer.LAYOUT, new HandleBuffer(handle)::write).status();
  }

  FirmwareStatus send(PspCommand command) {
    return processor.command(command.id(), NOWHERE);
  }

  void succeed(PspCommand command) {
    assertThat(send(command)).as(command.name()).isEqualTo(FirmwareStatus.SUCCESS);
  }

  void succeed(PspCommand command, int handle) {
    assertThat(send(command, handle)).as(command.name()).isEqualTo(FirmwareStatus.SUCCESS);
  }

  static MemorySegment succeeded(Answer answer) {
    assertThat(answer.status()).isEqualTo(FirmwareStatus.SUCCESS);
    return answer.buffer();
  }

  // The platform

  void init() {
    assertThat(init(new InitBuffer(0, 0, 0))).isEqualTo(FirmwareStatus.SUCCESS);
  }

  FirmwareStatus init(InitBuffer command) {
    return send(PspCommand.INIT, InitBuffer.LAYOUT, command::write).status();
  }

  PlatformStatusBuffer status() {
    return PlatformStatusBuffer.read(
        succeeded(send(PspCommand.PLATFORM_STATUS, PlatformStatusBuffer.LAYOUT, buffer -> {})));
  }

  /** Whatever state the machine is in, brings its platform to another. */
  void bringTo(PlatformState state) {
    if (status().state() == state.number()) {
      return;
    }
    succeed(PspCommand.SHUTDOWN);
    if (state != PlatformState.UNINIT) {
      init();
      processor.writeBackAndInvalidateCaches();
      succeed(PspCommand.DF_FLUSH);
    }
    if (state == PlatformState.WORKING) {
      launchStart(ANYTHING_GOES);
    }
  }

  /** The certificates as the platform exports them: the CEK is unsigned. */
  byte[][] exportedCertificates() {
    long pdh = room(SevCertificate.SIZE);
    long chain = room(PlatformChain.PLATFORM_SIZE);
    succeeded(
        send(
            PspCommand.PDH_CERT_EXPORT,
            PdhCertExportBuffer.LAYOUT,
            new PdhCertExportBuffer(pdh, SevCertificate.SIZE, chain, PlatformChain.PLATFORM_SIZE)
                ::write));
    return new byte[][] {
      memory.read(pdh, SevCertificate.SIZE), memory.read(chain, PlatformChain.PLATFORM_SIZE)
    };
  }

  /** The chain that the platform shows to others, its CEK signed by the maker. */
  PlatformChain chain() {
    ModelRoot maker = Roots.model();
    byte[][] exported = exportedCertificates();
    try {
      PlatformChain unsigned =
          PlatformChain.parse(exported[0], exported[1], maker.amdCertificates());
      return new PlatformChain(
          unsigned.pdh(),
          unsigned.pek(),
          unsigned.oca(),
          maker.sign(unsigned.cek()),
          maker.ask(),
          maker.ark());
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
  }

  // Guests

  GuestStatusBuffer guestStatus(int handle) {
    return GuestStatusBuffer.read(
        succeeded(
            send(
                PspCommand.GUEST_STATUS,
                GuestStatusBuffer.LAYOUT,
                new GuestStatusBuffer(handle, 0, 0, 0)::write)));
  }

  GuestState stateOf(int handle) {
    return GuestState.of(guestStatus(handle).state());
  }

  FirmwareStatus activate(int handle, int asid) {
    return send(PspCommand.ACTIVATE, ActivateBuffer.LAYOUT, new ActivateBuffer(handle, asid)::write)
        .status();
  }

  Answer launchStart(LaunchStartBuffer command) {
    return send(PspCommand.LAUNCH_START, LaunchStartBuffer.LAYOUT, command::write);
  }

  /** A guest without owner, in LUPDATE. */
  int launchStart(GuestPolicy policy) {
    return LaunchStartBuffer.read(
            succeeded(launchStart(new LaunchStartBuffer(0, policy.word(), 0, 0, 0, 0))))
        .handle();
  }

  /** A guest in LUPDATE with an ASID. */
  int launching(GuestPolicy policy, int asid) {
    int handle = launchStart(policy);
    assertThat(activate(handle, asid)).isEqualTo(FirmwareStatus.SUCCESS);
    return handle;
  }

  FirmwareStatus launchUpdate(int handle, long address, long length) {
    return send(
            PspCommand.LAUNCH_UPDATE_DATA,
            LaunchUpdateBuffer.LAYOUT,
            new LaunchUpdateBuffer(handle, address, length)::write)
        .status();
  }

  Answer launchMeasure(int handle, long address, long length) {
    return send(
        PspCommand.LAUNCH_MEASURE,
        LaunchMeasureBuffer.LAYOUT,
        new LaunchMeasureBuffer(handle, address, length)::write);
  }

  /** The measurement, 48 bytes: MAC and nonce. */
  byte[] launchMeasure(int handle) {
    long address = room(48);
    succeeded(launchMeasure(handle, address, 48));
    return memory.read(address, 48);
  }

  /**
   * A guest that was launched, with an ASID and a page of memory that it has been given at launch.
   */
  int running(GuestPolicy policy, int asid, long page) {
    int handle = launching(policy, asid);
    assertThat(launchUpdate(handle, page, PAGE)).isEqualTo(FirmwareStatus.SUCCESS);
    launchMeasure(handle);
    succeed(PspCommand.LAUNCH_FINISH, handle);
    return handle;
  }

  // Moving

  /** SEND_START to a target, as a careful driver issues it. */
  SendStartBuffer sendStartTo(PlatformChain target, int handle) {
    return new SendStartBuffer(
        handle,
        0,
        place(target.pdh().bytes()),
        SevCertificate.SIZE,
        place(target.platformCertificates()),
        PlatformChain.PLATFORM_SIZE,
        place(target.amdCertificates()),
        target.amdCertificates().length,
        room(128),
        128);
  }

  Answer sendStart(SendStartBuffer command) {
    return send(PspCommand.SEND_START, SendStartBuffer.LAYOUT, command::write);
  }

  /** Starts to send a guest; the session, 128 bytes. */
  byte[] sendStart(int handle, PlatformChain target) {
    SendStartBuffer command = sendStartTo(target, handle);
    succeeded(sendStart(command));
    return memory.read(command.sessionAddress(), 128);
  }

  Answer sendUpdate(PacketBuffer command) {
    return send(PspCommand.SEND_UPDATE_DATA, PacketBuffer.LAYOUT, command::write);
  }

  /** Seals a piece of a guest's memory. */
  Packet sendUpdate(int handle, long address, int length) {
    long header = room(52);
    long trans = room(length);
    succeeded(sendUpdate(new PacketBuffer(handle, header, 52, address, length, trans, length)));
    return new Packet(memory.read(header, 52), memory.read(trans, length));
  }

  /** RECEIVE_START from a source, as a careful driver issues it. */
  ReceiveStartBuffer receiveStartFrom(PlatformChain source, byte[] session, GuestPolicy policy) {
    return new ReceiveStartBuffer(
        0, policy.word(), place(source.pdh().bytes()), SevCertificate.SIZE, place(session), 128);
  }

  Answer receiveStart(ReceiveStartBuffer command) {
    return send(PspCommand.RECEIVE_START, ReceiveStartBuffer.LAYOUT, command::write);
  }

  /** A guest in RUPDATE with an ASID. */
  int receiving(PlatformChain source, byte[] session, GuestPolicy policy, int asid) {
    int handle =
        ReceiveStartBuffer.read(succeeded(receiveStart(receiveStartFrom(source, session, policy))))
            .handle();
    assertThat(activate(handle, asid)).isEqualTo(FirmwareStatus.SUCCESS);
    return handle;
  }

  FirmwareStatus receiveUpdate(PacketBuffer command) {
    return send(PspCommand.RECEIVE_UPDATE_DATA, PacketBuffer.LAYOUT, command::write).status();
  }

  /** Opens a packet into a guest's memory. */
  FirmwareStatus receiveUpdate(int handle, long address, Packet packet) {
    long mark = next;
    int length = packet.ciphertext().length;
    PacketBuffer command =
        new PacketBuffer(
            handle,
            place(packet.header()),
            52,
            address,
            length,
            place(packet.ciphertext()),
            length);
    FirmwareStatus status = receiveUpdate(command);
    next = mark;
    return status;
  }

  /** An array with one bit changed. */
  static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    copy[bit / 8] ^= (byte) (1 << bit % 8);
    return copy;
  }
}
