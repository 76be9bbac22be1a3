package dev.sealift.cli.trace;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.trace.TracedCall.Asked;
import dev.sealift.cli.trace.TracedCall.Buffer;
import dev.sealift.cli.trace.TracedCall.Issued;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.interpose.SevCall;
import dev.sealift.interpose.SevCallObserver.Outcome;
import dev.sealift.kernel.ForeignVirtualMachine;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Issues the calls of a trace again, on a platform in software, and compares the answers. */
final class Replay implements AutoCloseable {
  /** The descriptor of the guest that is there to initialise the platform. */
  private static final int SEV_FD = 3;

  /** How many pages the processes of a trace can write to: 256 MiB. */
  private static final int MOST_PAGES = 1 << 16;

  /** What stands in fields that the kernel only writes, until it does. */
  private static final byte UNWRITTEN = (byte) 0xA5;

  private static final int MOST_REFUSALS = 20;
  private static final int UNWRITTEN_STATUS = 0xA5A5_A5A5;

  private final HostMachine machine;
  private final boolean secrets;
  private final ApiVersion api;
  private final SecureRandom random = new SecureRandom();
  private final PageBudget budget = new PageBudget(MOST_PAGES);
  private final Map<Integer, ReplayedProcess> processes = new HashMap<>();
  private final Map<Integer, Vm> vms = new HashMap<>();
  private final Set<String> more = new LinkedHashSet<>();
  private final Comparison comparison = new Comparison();
  private final List<Difference> differences = new ArrayList<>();
  private final List<ReplayReport.Replaced> replaced = new ArrayList<>();
  private int calls;
  private int unseen;
  private int firstOther;

  /** A VM, the process that it is one of, and its owner. */
  private static final class Vm {
    private final int pid;
    private final ForeignVirtualMachine vm;
    private final ReplayedOwner owner;

    /** The first call that ended otherwise; 0 if none did. */
    private int other;

    Vm(int pid, ForeignVirtualMachine vm, ReplayedOwner owner) {
      this.pid = pid;
      this.vm = vm;
      this.owner = owner;
    }

    void close() {
      vm.close();
      owner.close();
    }
  }

  private Replay(HostMachine machine, boolean secrets, PlatformStatus status) {
    this.machine = machine;
    this.secrets = secrets;
    this.api = new ApiVersion(status.apiMajor(), status.apiMinor());
  }

  /**
   * A replay on a fresh machine, which is brought into the state that the trace began in.
   *
   * @param machine stays the caller's
   */
  static Replay on(HostMachine machine, TraceHeader header) throws VmmException {
    Replay replay = new Replay(machine, header.secrets(), machine.platform().status());
    TraceHeader.Platform platform = header.platform();
    if (platform != null && !platform.state().equals(PlatformState.UNINIT.name())) {
      replay.initialise();
    }
    return replay;
  }

  /** A guest that begins, and is gone, leaves a platform that is initialised. */
  private void initialise() {
    ReplayedProcess process = new ReplayedProcess(random.nextLong(), budget);
    byte[] command = new byte[KvmSevCmd.LAYOUT.size()];
    new KvmSevCmd(SevCommand.INIT.id(), 0, 0, SEV_FD).write(MemorySegment.ofArray(command));
    long address = new Place(1, 0).word();
    process.calls(List.of(Span.whole(address, command.length)));
    process.descriptor(SEV_FD, true);
    process.put(address, command);
    try (ForeignVirtualMachine vm = machine.machine().foreignVm(process)) {
      vm.ioctl(KvmIoctl.MEMORY_ENCRYPT_OP, address);
    }
  }

  /** Does again what happened. */
  void happens(TraceEvent event) throws VmmException, Failure {
    switch (event) {
      case TraceEvent.Call call -> call(call.call());
      case TraceEvent.VmEnd end -> {
        Vm vm = vms.remove(end.vm());
        if (vm != null) {
          vm.close();
        }
      }
    }
  }

  private void call(TracedCall recorded) throws VmmException, Failure {
    calls++;
    Asked asked = recorded.asked();
    ReplayedProcess process =
        processes.computeIfAbsent(asked.pid(), _ -> new ReplayedProcess(random.nextLong(), budget));
    Vm vm = asked.vm() == 0 ? null : vms.computeIfAbsent(asked.vm(), _ -> vm(asked, process));
    process.calls(spans(asked));
    prepare(asked, process);
    String follows = vm == null ? null : fill(recorded, process, vm);
    SevCall call =
        new SevCall(
            asked.pid(),
            asked.vm(),
            asked.writable(),
            asked.request(),
            asked.argument().address(),
            process);
    CallReading reading = CallReading.begin(call, asked.micros(), secrets);
    int result = answer(call, vm);
    TracedCall replayed = reading.end(recorded.number(), new Outcome(result, true, 0));
    if (vm != null) {
      learn(replayed, vm);
    }
    if (recorded.answered().seen()) {
      compare(recorded, replayed, vm, follows);
    } else {
      unseen++;
    }
  }

  private Vm vm(Asked asked, ReplayedProcess process) {
    return new Vm(asked.pid(), machine.machine().foreignVm(process), new ReplayedOwner(api));
  }

  private int answer(SevCall call, @Nullable Vm vm) {
    if (vm == null) {
      return machine
          .device()
          .ioctl(processes(call), call.writable(), call.request(), call.argument());
    }
    // KVM serves a VM only for the process that it is a VM of.
    return vm.pid == call.pid()
        ? vm.vm.ioctl(call.request(), call.argument())
        : Errno.EIO.negated();
  }

  private ReplayedProcess processes(SevCall call) {
    return (ReplayedProcess) call.caller();
  }

  private static List<Span> spans(Asked asked) {
    List<Span> spans = new ArrayList<>();
    spans.add(asked.argument());
    Issued issued = asked.issued();
    if (issued != null) {
      spans.add(issued.data());
    }
    asked.buffers().forEach(buffer -> spans.add(buffer.span()));
    return spans;
  }

  /** Puts the argument, the parameters and the buffers into the process's memory. */
  private void prepare(Asked asked, ReplayedProcess process) {
    for (Buffer buffer : asked.buffers()) {
      byte[] bytes = buffer.content().bytes();
      if (bytes != null && buffer.shape().isIn()) {
        process.put(buffer.span().address(), bytes);
      }
    }
    Issued issued = asked.issued();
    if (issued == null) {
      return;
    }
    process.descriptor(issued.sevFd(), issued.sevOpen());
    byte[] struct = asked.struct();
    if (struct != null) {
      process.put(issued.data().address(), asAsked(asked.shape(), struct));
    }
    if (CommandShape.isRegion(asked.request())) {
      return;
    }
    int error = issued.clear() ? 0 : UNWRITTEN_STATUS;
    boolean device = asked.request() == SevIoctl.ISSUE_CMD;
    byte[] command = new byte[device ? SevIssueCmd.LAYOUT.size() : KvmSevCmd.LAYOUT.size()];
    MemorySegment segment = MemorySegment.ofArray(command);
    if (device) {
      new SevIssueCmd(issued.command(), issued.data().address(), error).write(segment);
    } else {
      new KvmSevCmd(issued.command(), issued.data().address(), error, issued.sevFd())
          .write(segment);
    }
    process.put(asked.argument().address(), command);
  }

  /** The parameters with the replay's handles, and a pattern where nothing may be read. */
  private byte[] asAsked(CommandShape shape, byte[] struct) {
    byte[] asked = struct.clone();
    StructLayout layout = shape.struct();
    List<Field> fields = layout == null ? List.of() : layout.fields();
    for (Field field : fields) {
      if (!shape.isIn(field.name())) {
        byte[] pattern = new byte[field.size()];
        Arrays.fill(pattern, UNWRITTEN);
        StructFields.setBytes(field, asked, pattern);
      } else if (field.name().equals("handle")) {
        StructFields.setNumber(field, asked, comparison.handle(StructFields.number(field, asked)));
      }
    }
    return asked;
  }

  /**
   * Makes up what the trace does not tell.
   *
   * @return why the answer may be another one; null if it should not
   */
  private @Nullable String fill(TracedCall recorded, ReplayedProcess process, Vm vm)
      throws VmmException, Failure {
    Asked asked = recorded.asked();
    List<Buffer> buffers = asked.buffers();
    boolean wentWell = recorded.answered().result() == 0;
    byte[] struct = asked.struct();
    String name = asked.name();
    if (struct != null
        && wentWell
        && name.equals("KVM_SEV_LAUNCH_START")
        && ReplayedOwner.isSession(buffers.get(0), buffers.get(1))) {
      int policy = (int) StructFields.number(field(asked, "policy"), struct);
      vm.owner.makeSession(process, buffers.get(0), buffers.get(1), platformKey(), policy);
      note(recorded, buffers.get(0), "an owner of the replay's");
      note(recorded, buffers.get(1), "that owner's session with the replay's platform");
      return null;
    }
    if (wentWell
        && name.equals("KVM_SEV_LAUNCH_SECRET")
        && vm.owner.makeSecret(process, buffers.get(0), buffers.get(1))) {
      note(recorded, buffers.get(0), "a packet of the replay's owner");
      note(recorded, buffers.get(1), "random bytes, sealed by the replay's owner");
      return null;
    }
    String follows = null;
    for (Buffer buffer : buffers) {
      if (buffer.shape().isIn()
          && buffer.content().bytes() == null
          && buffer.span().readable() > 0) {
        note(recorded, buffer, "random bytes");
        follows = makeUp(buffer, process, follows);
      }
    }
    return follows;
  }

  private ECPublicKey platformKey() throws VmmException, Failure {
    try {
      return machine.chain().pdh().publicKey();
    } catch (MalformedCertificateException e) {
      throw new IllegalStateException("the platform's own certificate is malformed", e);
    }
  }

  /** Guest memory is as it was before in the replay; what is sealed is new each time. */
  private @Nullable String makeUp(
      Buffer buffer, ReplayedProcess process, @Nullable String follows) {
    if (buffer.shape().disclosure() != Disclosure.DIGEST
        || buffer.shape().name().equals("content")) {
      return follows;
    }
    byte[] bytes = new byte[(int) Math.min(buffer.span().readable(), 1 << 16)];
    random.nextBytes(bytes);
    process.put(buffer.span().address(), bytes);
    return "the trace does not tell the " + buffer.shape().name() + ", so it was random";
  }

  private static Field field(Asked asked, String name) {
    StructLayout layout = asked.shape().struct();
    if (layout == null) {
      throw new IllegalArgumentException(asked.name() + " has no parameters");
    }
    return layout.field(name);
  }

  private void note(TracedCall call, Buffer buffer, String by) {
    replaced.add(
        new ReplayReport.Replaced(
            call.number(), call.asked().name(), buffer.shape().name(), buffer.span().length(), by));
  }

  private static void learn(TracedCall replayed, Vm vm) {
    if (replayed.asked().name().equals("KVM_SEV_LAUNCH_MEASURE")) {
      for (Buffer written : replayed.answered().buffers()) {
        byte[] blob = written.content().bytes();
        if (blob != null) {
          vm.owner.measured(blob);
        }
      }
    }
  }

  private void compare(
      TracedCall recorded, TracedCall replayed, @Nullable Vm vm, @Nullable String follows) {
    String why = follows;
    int other = vm == null ? firstOther : vm.other;
    if (why == null && other > 0) {
      why = (vm == null ? "may follow from call " : "follows from call ") + other;
    }
    List<Difference> found = comparison.of(recorded, replayed, why);
    differences.addAll(found);
    if (!found.isEmpty()) {
      refusal(recorded);
      refusal(replayed);
    }
    if (recorded.answered().result() != replayed.answered().result()) {
      firstOther = firstOther == 0 ? recorded.number() : firstOther;
      if (vm != null && vm.other == 0) {
        vm.other = recorded.number();
      }
    }
  }

  private void refusal(TracedCall call) {
    TraceSummary.Refused refused = TraceSummary.Refused.of(call);
    if (refused != null && more.size() < MOST_REFUSALS) {
      refused.more().ifPresent(more::add);
    }
  }

  /** What came of it. */
  ReplayReport report(TraceHeader header) {
    return new ReplayReport(
        differences.isEmpty(),
        header.hardware() ? "hardware" : "software",
        header.platform(),
        calls,
        unseen,
        List.copyOf(differences),
        List.copyOf(replaced),
        comparison.byForm(),
        List.copyOf(more));
  }

  @Override
  public void close() {
    vms.values().forEach(Vm::close);
    vms.clear();
  }
}
