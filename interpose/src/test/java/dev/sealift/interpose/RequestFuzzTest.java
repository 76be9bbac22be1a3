package dev.sealift.interpose;

import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.fuzz.FuzzSuite;
import dev.sealift.fuzz.FuzzTarget;
import dev.sealift.fuzz.Promise;
import dev.sealift.interpose.FuseStructs.InHeader;
import dev.sealift.interpose.FuseStructs.InitIn;
import dev.sealift.interpose.FuseStructs.IoctlIn;
import dev.sealift.interpose.FuseStructs.OutHeader;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Any bytes from the kernel or from a program that calls the device")
class RequestFuzzTest implements FuzzSuite {
  /** The bytes of a request; and what the memory of the caller is, from this address on. */
  private static final int MEMORY = 0x10000;

  private static final int ANSWER = 32 << 10;
  private static final byte UNTOUCHED = (byte) 0xA5;

  private @Nullable FuseConversation conversation;

  @Override
  public List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.of("fuse-request", this::answer)
            .allocating(32 << 20)
            .upTo(ANSWER)
            .sampled(RequestFuzzTest::addRequests),
        FuzzTarget.of("mounts", input -> MountTable.parse(text(input)))
            .allocating(16 << 20)
            .speaking(" - ", " ", "\\040", "\\134", "\\777", "\n", "ü", "shared:1 ")
            .sampled(samples -> samples.put("mounts", MOUNTS.getBytes(StandardCharsets.UTF_8))),
        FuzzTarget.of("process-maps", RequestFuzzTest::readMaps)
            .allocating(16 << 20)
            .speaking("-", " rw", " r-", "\n", "ffffffffffffffff", "8000000000000000")
            .sampled(samples -> samples.put("maps", MAPS.getBytes(StandardCharsets.UTF_8))));
  }

  /** Whatever the request says, the answer is one that Linux takes, and a slip is none. */
  private void answer(byte[] input) {
    int header = InHeader.LAYOUT.size();
    byte[] request = Arrays.copyOf(input, Math.max(input.length, header));
    MemorySegment asked = MemorySegment.ofArray(request);
    byte[] answer = new byte[ANSWER];
    Arrays.fill(answer, UNTOUCHED);
    int size;
    try (Slips slips = new Slips()) {
      size =
          conversation()
              .answer(asked, MemorySegment.ofArray(answer), _ -> new CallersMemory(request));
      slips.expectNone();
    }
    MemorySegment told = MemorySegment.ofArray(answer);
    if (size == 0) {
      return;
    }
    Promise.holds(size >= OutHeader.LAYOUT.size() && size <= ANSWER, "an answer fits");
    Promise.holds(OutHeader.LEN.get(told) == size, "an answer says its length");
    int error = OutHeader.ERROR.get(told);
    Promise.holds(error <= 0 && error > -512, "an error is a negative errno that FUSE knows");
    Promise.holds(
        error == 0 || size == OutHeader.LAYOUT.size(), "with an error comes nothing else");
    Promise.holds(
        OutHeader.UNIQUE.get(told) == InHeader.UNIQUE.get(asked), "the answer is to the request");
  }

  private FuseConversation conversation() {
    FuseConversation open = conversation;
    if (open == null) {
      open = new FuseConversation(null, new ForeignCalls(TestMachine.powerUp().device()));
      conversation = open;
    }
    return open;
  }

  /** What was logged of calls that failed by an exception. */
  private static final class Slips extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.sealift.interpose");

    private @Nullable Throwable slip;

    Slips() {
      LOGGER.setUseParentHandlers(false);
      LOGGER.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      slip = record.getThrown();
    }

    void expectNone() {
      if (slip != null) {
        throw new AssertionError("an ioctl failed by an exception", slip);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      LOGGER.removeHandler(this);
      LOGGER.setUseParentHandlers(true);
    }
  }

  /** The caller's memory: some pages, which begin with the bytes of the request. */
  private record CallersMemory(MemorySegment bytes) implements UserMemory {
    CallersMemory(byte[] request) {
      this(MemorySegment.ofArray(Arrays.copyOf(request, 1 << 16)));
    }

    @Override
    public boolean read(long address, MemorySegment into) {
      if (!holds(address, into.byteSize())) {
        return false;
      }
      into.copyFrom(bytes.asSlice(address - MEMORY, into.byteSize()));
      return true;
    }

    @Override
    public boolean write(long address, MemorySegment from) {
      if (!holds(address, from.byteSize())) {
        return false;
      }
      bytes.asSlice(address - MEMORY, from.byteSize()).copyFrom(from);
      return true;
    }

    private boolean holds(long address, long size) {
      return address >= MEMORY
          && address - MEMORY <= bytes.byteSize()
          && size <= bytes.byteSize() - (address - MEMORY);
    }

    @Override
    public long physicalAddress(long address, Access access) {
      return NONE;
    }

    @Override
    public long contiguousBytes(long address, Access access) {
      return 0;
    }
  }

  private static void addRequests(Map<String, byte[]> samples) {
    samples.put("init", request(FuseConversation.INIT, InitIn.LAYOUT.size()));
    InitIn.MAJOR.set(body(samples.get("init")), FuseConversation.MAJOR);
    InitIn.MINOR.set(body(samples.get("init")), FuseConversation.MINOR);
    samples.put("getattr", request(FuseConversation.GETATTR, 16));
    samples.put("open", request(FuseConversation.OPEN, 8));
    samples.put("statfs", request(FuseConversation.STATFS, 0));
    samples.put("forget", request(FuseConversation.FORGET, 8));
    for (SevDeviceCommand command : SevDeviceCommand.values()) {
      String name = command.name().toLowerCase(Locale.ROOT).replace('_', '-');
      samples.put("ioctl-" + name, ioctl(command));
    }
  }

  /** The command's parameters follow the request: each may be an address or a length. */
  private static byte[] ioctl(SevDeviceCommand command) {
    int argument = SevIssueCmd.LAYOUT.size();
    int parameters = 40;
    byte[] request = request(FuseConversation.IOCTL, IoctlIn.LAYOUT.size() + argument + parameters);
    MemorySegment in = body(request);
    IoctlIn.FH.set(in, 1);
    IoctlIn.CMD.set(in, SevIoctl.ISSUE_CMD);
    IoctlIn.ARG.set(in, 0x7000_0000L);
    IoctlIn.IN_SIZE.set(in, argument);
    IoctlIn.OUT_SIZE.set(in, argument);
    long at = MEMORY + request.length - parameters;
    new SevIssueCmd(command.id(), at, 0).write(in.asSlice(IoctlIn.LAYOUT.size(), argument));
    MemorySegment words = MemorySegment.ofArray(request).asSlice(request.length - parameters);
    for (int word = 0; word < parameters / Long.BYTES; word++) {
      words.setAtIndex(
          ValueLayout.JAVA_LONG_UNALIGNED,
          word,
          word % 2 == 0 ? MEMORY + 0x1000L * (word + 1) : 6252);
    }
    return request;
  }

  private static byte[] request(int opcode, int bodySize) {
    byte[] request = new byte[InHeader.LAYOUT.size() + bodySize];
    MemorySegment segment = MemorySegment.ofArray(request);
    InHeader.LEN.set(segment, request.length);
    InHeader.OPCODE.set(segment, opcode);
    InHeader.UNIQUE.set(segment, 4711);
    return request;
  }

  private static MemorySegment body(byte[] request) {
    return MemorySegment.ofArray(request).asSlice(InHeader.LAYOUT.size());
  }

  private static void readMaps(byte[] input) {
    ProcessMaps maps = ProcessMaps.parse(text(input));
    for (long address : new long[] {0, 0x10000, 0x12abc, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      for (UserMemory.Access access : UserMemory.Access.values()) {
        Promise.holds(maps.bytes(address, access) >= 0, "no stretch of memory is negative");
      }
    }
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  private static final String MOUNTS =
      """
      22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
      25 22 0:22 / /proc rw,nosuid shared:13 master:2 - proc proc rw
      90 22 0:41 / /tmp/a\\040b rw,nosuid - fuse sealift rw,user_id=0
      """;

  private static final String MAPS =
      """
      10000-12000 rw-p 00000000 00:00 0
      12000-13000 rw-s 00000000 00:01 1024 /memfd:ram (deleted)
      13000-14000 r--p 00000000 00:00 0    [vvar]
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]
      """;
}
