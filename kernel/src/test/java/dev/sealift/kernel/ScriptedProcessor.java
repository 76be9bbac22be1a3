package dev.sealift.kernel;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.LaunchStartBuffer;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.ReceiveStartBuffer;
import dev.sealift.abi.psp.SendStartBuffer;
import dev.sealift.firmware.PacketRun;
import dev.sealift.firmware.SecureProcessor;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.firmware.WorldSwitch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Secure Processor that does as it is told: it writes down every command with the buffer it was
 * handed, and answers what the test chose. Left alone it agrees to everything, hands out guest
 * handles, and makes packets of H (header) and T (ciphertext).
 */
final class ScriptedProcessor implements SecureProcessor {
  static final int ENCRYPTION_BIT = 51;
  static final int FIRST_HANDLE = 101;

  /** A command as it arrived; the buffer is a copy of the first 72 bytes. */
  record Issued(PspCommand command, long address, MemorySegment buffer) {
    PacketBuffer packet() {
      return PacketBuffer.read(buffer);
    }
  }

  final List<Issued> issued = new ArrayList<>();

  /** Names of commands, and WBINVD. */
  final List<String> log = new ArrayList<>();

  int maximumAsid = 15;
  int minimumSevAsid = 1;
  int apiMajor = 1;
  int apiMinor = 55;
  int platformState;
  SystemMemory memory = new PhysicalMemory();

  /** The runs that came, where the processor has them. */
  final List<PacketRun> runs = new CopyOnWriteArrayList<>();

  private @Nullable Function<PacketRun, PacketRun.Answer> runner;

  private final Map<PspCommand, Function<MemorySegment, FirmwareStatus>> script =
      new EnumMap<>(PspCommand.class);
  private int nextHandle = FIRST_HANDLE;

  /** From now on this command is refused. */
  void refuse(PspCommand command, FirmwareStatus status) {
    on(command, buffer -> status);
  }

  /** From now on this command does this; what it leaves in the buffer is written back. */
  void on(PspCommand command, Function<MemorySegment, FirmwareStatus> behaviour) {
    script.put(command, behaviour);
  }

  /** From now on the processor has runs of packets, and does this with them. */
  void onRuns(Function<PacketRun, PacketRun.Answer> behaviour) {
    runner = behaviour;
  }

  @Override
  public Optional<PacketRun.Answer> run(PacketRun run) {
    if (runner == null) {
      return Optional.empty();
    }
    runs.add(run);
    return Optional.of(runner.apply(run));
  }

  /** From now on this command is agreed to again. */
  void accept(PspCommand command) {
    script.remove(command);
  }

  void forget() {
    issued.clear();
    log.clear();
  }

  Issued last() {
    return issued.getLast();
  }

  @Override
  public FirmwareStatus command(int id, long address) {
    PspCommand command = PspCommand.of(id);
    MemorySegment buffer = MemorySegment.ofArray(new byte[72]);
    if (address != 0) {
      memory.read(physical(address), buffer);
    }
    log.add(command.name());
    issued.add(new Issued(command, address, MemorySegment.ofArray(bytes(buffer))));
    FirmwareStatus status =
        script.containsKey(command) ? script.get(command).apply(buffer) : agree(command, buffer);
    if (address != 0) {
      memory.write(physical(address), buffer);
    }
    return status;
  }

  private FirmwareStatus agree(PspCommand command, MemorySegment buffer) {
    switch (command) {
      case PLATFORM_STATUS ->
          new PlatformStatusBuffer(apiMajor, apiMinor, platformState, 0, 0, 21, 0).write(buffer);
      case LAUNCH_START -> {
        LaunchStartBuffer in = LaunchStartBuffer.read(buffer);
        new LaunchStartBuffer(nextHandle++, in.policy(), 0, 0, 0, 0).write(buffer);
      }
      case RECEIVE_START -> {
        ReceiveStartBuffer in = ReceiveStartBuffer.read(buffer);
        new ReceiveStartBuffer(nextHandle++, in.policy(), 0, 0, 0, 0).write(buffer);
      }
      case SEND_START -> {
        return sendStart(buffer);
      }
      case SEND_UPDATE_DATA -> {
        return sendUpdateData(buffer);
      }
      default -> {}
    }
    return FirmwareStatus.SUCCESS;
  }

  private FirmwareStatus sendStart(MemorySegment buffer) {
    SendStartBuffer in = SendStartBuffer.read(buffer);
    boolean fits = in.sessionLen() == 128;
    if (fits) {
      fill(in.sessionAddress(), 'S', 128);
    }
    new SendStartBuffer(in.handle(), fits ? 0x21 : 0, 0, 0, 0, 0, 0, 0, 0, 128).write(buffer);
    return fits ? FirmwareStatus.SUCCESS : FirmwareStatus.INVALID_LEN;
  }

  private FirmwareStatus sendUpdateData(MemorySegment buffer) {
    PacketBuffer in = PacketBuffer.read(buffer);
    if (in.hdrLen() < 52) {
      new PacketBuffer(in.handle(), 0, 52, 0, 0, 0, 4096).write(buffer);
      return FirmwareStatus.INVALID_LEN;
    }
    fill(in.hdrAddress(), 'H', 52);
    fill(in.transAddress(), 'T', in.guestLen());
    return FirmwareStatus.SUCCESS;
  }

  /** Writes so many bytes of a kind to physical memory. */
  void fill(long address, char kind, long length) {
    byte[] bytes = new byte[(int) length];
    Arrays.fill(bytes, (byte) kind);
    write(address, bytes);
  }

  void write(long address, byte[] bytes) {
    if (!memory.write(physical(address), MemorySegment.ofArray(bytes))) {
      throw new AssertionError("no memory at 0x" + Long.toHexString(address));
    }
  }

  byte[] read(long address, int length) {
    byte[] bytes = new byte[length];
    if (!memory.read(physical(address), MemorySegment.ofArray(bytes))) {
      throw new AssertionError("no memory at 0x" + Long.toHexString(address));
    }
    return bytes;
  }

  /** Whether the encryption bit of an address is set. */
  static boolean encrypted(long address) {
    return (address >>> ENCRYPTION_BIT & 1) == 1;
  }

  /** An address without the encryption bit. */
  static long physical(long address) {
    return address & ~(1L << ENCRYPTION_BIT);
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void writeBackAndInvalidateCaches() {
    log.add("WBINVD");
  }

  @Override
  public int maximumAsid() {
    return maximumAsid;
  }

  @Override
  public int minimumSevAsid() {
    return minimumSevAsid;
  }

  @Override
  public WorldSwitch worldSwitch() {
    return WorldSwitch.NONE;
  }

  @Override
  public int encryptionBit() {
    return ENCRYPTION_BIT;
  }
}
