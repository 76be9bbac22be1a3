package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.kvm.KvmEnableCap;
import dev.sealift.abi.kvm.KvmEncRegion;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevIssueCmd;
import dev.sealift.kernel.DeclaredOutputs.Range;
import dev.sealift.kernel.ErrnoTable.Answers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A process that makes calls, sensible ones and others, and looks at every answer. */
final class FuzzedProcess {
  private static final int MOST_VMS = 8;

  /** How a process spends its calls. */
  enum Surface {
    KVM(3),
    DEVICE(70);

    private final int devicePercent;

    Surface(int devicePercent) {
      this.devicePercent = devicePercent;
    }
  }

  final Map<String, Integer> successes = new TreeMap<>();
  int calls;
  private final FuzzedHost shared;
  private final Surface surface;
  private final Random random;
  private final FuzzedMemory memory;
  private final FuzzedParameters parameters;

  /** Null where another process makes calls at the same time, so that states are not known. */
  private final FuzzedStates states;

  private String call = "";
  private int current = -1;

  FuzzedProcess(FuzzedHost shared, Surface surface, Random random, FuzzedStates states) {
    this.shared = shared;
    this.surface = surface;
    this.random = random;
    this.states = states;
    this.memory = new FuzzedMemory(shared, random);
    this.parameters = new FuzzedParameters(memory, random);
    exportCertificates();
  }

  /** What it does now, for a failure's message. */
  String call() {
    return call;
  }

  void step() {
    calls++;
    if (random.nextInt(100) < surface.devicePercent) {
      device();
      return;
    }
    switch (random.nextInt(40)) {
      case 0, 1 -> createVm();
      case 2 -> closeVm();
      case 3 -> openOrCloseDevice();
      case 4 -> vcpu();
      case 5, 6 -> transfer();
      case 7, 8, 9 -> region();
      case 10 -> sometimesFlicker();
      case 11 -> exportCertificates();
      default -> operation();
    }
  }

  /** A descriptor of a list, or any other number. */
  private int one(List<Integer> of) {
    Integer[] now = of.toArray(Integer[]::new);
    return now.length == 0 || random.nextInt(30) == 0
        ? random.nextInt(5) - 1
        : now[random.nextInt(now.length)];
  }

  private int vm() {
    if (!shared.vms.contains(current) || random.nextInt(12) == 0) {
      current = one(shared.vms);
    }
    return current;
  }

  /** Seldom, for it stops every thread. */
  private void sometimesFlicker() {
    if (random.nextInt(12) == 0) {
      memory.flicker();
    }
  }

  private void createVm() {
    if (shared.vms.size() < MOST_VMS) {
      long[] types = {0, 0, 2, 3};
      shared.created(shared.host.createVm(types[random.nextInt(types.length)]));
    }
  }

  private void closeVm() {
    if (random.nextInt(4) != 0) {
      return;
    }
    int vm = one(shared.vms);
    call = "close(%d)".formatted(vm);
    if (shared.vms.remove((Integer) vm)) {
      assertThat(shared.host.calls.close(vm)).isZero();
    }
    follow(FuzzedStates.NO_COMMAND, null);
  }

  private void openOrCloseDevice() {
    if (shared.devices.size() < 4) {
      shared.openDevice(random.nextInt(3) == 0 ? OpenFlags.O_RDONLY : OpenFlags.O_RDWR);
    } else {
      Integer device = one(shared.devices);
      if (shared.devices.remove(device)) {
        shared.host.calls.close(device);
      }
    }
  }

  private void vcpu() {
    int vm = vm();
    call = "KVM_CREATE_VCPU of %d".formatted(vm);
    int vcpu = shared.kernel.dispatch(vm, KvmIoctl.CREATE_VCPU, random.nextInt(5));
    if (vcpu >= 0 && shared.vms.contains(vm)) {
      shared.vcpus.add(vcpu);
    }
    shared.kernel.dispatch(one(shared.vcpus), KvmIoctl.GET_REGS, 0);
  }

  private void transfer() {
    boolean copy = random.nextBoolean();
    int destination = vm();
    int source = one(shared.vms);
    MemorySegment struct = struct(KvmEnableCap.LAYOUT.size(), _ -> {});
    byte[] arguments = new byte[32];
    MemorySegment.ofArray(arguments).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, source);
    new KvmEnableCap(
            copy ? KvmCapability.VM_COPY_ENC_CONTEXT_FROM : KvmCapability.VM_MOVE_ENC_CONTEXT_FROM,
            random.nextInt(20) == 0 ? 1 : 0,
            arguments)
        .write(struct);
    call = "%s context of %d to %d".formatted(copy ? "copy" : "move", source, destination);
    issue(
        destination,
        KvmIoctl.ENABLE_CAP,
        ioctlStruct(struct),
        ErrnoTable.transfer(),
        List.of(),
        copy ? "copy" : "move");
    follow(FuzzedStates.NO_COMMAND, null);
  }

  private void region() {
    int vm = vm();
    boolean register = random.nextInt(5) < 3;
    boolean sensible = random.nextInt(10) < 7;
    long address =
        sensible || random.nextBoolean()
            ? memory.guest + 4096L * random.nextInt(3)
            : memory.anyAddress();
    long size =
        sensible || random.nextBoolean()
            ? 4096L * (1 + random.nextInt(2))
            : random.nextLong() >> random.nextInt(64);
    MemorySegment struct = struct(16, new KvmEncRegion(address, size)::write);
    SevVirtualMachine machine = shared.host.vms.at(vm);
    long before = machine == null ? 0 : machine.pinnedPages().locked();
    call = "%s %x+%x of %d".formatted(register ? "register" : "unregister", address, size, vm);
    int result =
        issue(
            vm,
            register ? KvmIoctl.MEMORY_ENCRYPT_REG_REGION : KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION,
            ioctlStruct(struct),
            register ? ErrnoTable.register() : ErrnoTable.unregister(),
            List.of(),
            register ? "register" : "unregister");
    if (states != null && machine != null && result != 0) {
      assertThat(machine.pinnedPages().locked()).as("pages pinned").isEqualTo(before);
    }
  }

  /** KVM_MEMORY_ENCRYPT_OP. */
  private void operation() {
    int fd = vm();
    SevVirtualMachine vm = shared.host.vms.at(fd);
    int wanted = operationId(vm);
    boolean sevEs = vm != null && (vm.type() == SevVirtualMachine.TYPE_SEV_ES || vm.isSevEsGuest());
    long wantedData = placed(parameters.valid(wanted, sevEs));
    int sevFd = random.nextInt(15) == 0 ? random.nextInt(4) : one(shared.devices);
    MemorySegment struct = struct(KvmSevCmd.LAYOUT.size(), _ -> {});
    new KvmSevCmd(wanted, wantedData, TestHost.UNTOUCHED, sevFd).write(struct);
    long argument = random.nextInt(100) == 0 ? 0 : ioctlStruct(struct);
    boolean readable = shared.host.user.read(argument, struct);
    int id = KvmSevCmd.read(struct).id();
    long data = KvmSevCmd.read(struct).data();
    call = "%s of %d, data %x".formatted(nameOf(id), fd, data);
    List<Range> outputs = new ArrayList<>(List.of(new Range(argument + 16, 4)));
    if (readable) {
      outputs.addAll(DeclaredOutputs.ofOperation(shared.host.user, id, data));
    }
    Answers answers =
        argument == 0 ? ErrnoTable.probe() : ErrnoTable.memoryEncryptOp(id, shared.profile);
    boolean dead = vm != null && vm.isDead();
    long pinned = vm == null ? 0 : vm.pinnedPages().locked();
    int result =
        issue(
            fd,
            KvmIoctl.MEMORY_ENCRYPT_OP,
            argument,
            answers,
            outputs,
            argument == 0 ? "probe" : nameOf(id));
    if (argument == memory.memory.address()) {
      checkError(result, memory.getInt(argument + 16), dead || states == null);
    }
    if (states != null && vm != null) {
      assertThat(vm.pinnedPages().locked()).as("pages pinned").isEqualTo(pinned);
      if (id == SevCommand.SEND_START.id() && result == 0 && argument != 0) {
        parameters.sent(shared.guest(vm.handle()).policy());
      }
    }
    follow(id, vm);
  }

  private int operationId(SevVirtualMachine vm) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextInt(26);
      case 1 -> SevCommand.values()[random.nextInt(SevCommand.values().length)].id();
      case 2 -> random.nextBoolean() ? random.nextInt() : SevExtension.values()[0].id();
      default ->
          vm == null
              ? SevCommand.GUEST_STATUS.id()
              : parameters.commandFor(
                  vm.isSevGuest(),
                  vm.isSevEsGuest(),
                  states == null ? anyState() : shared.state(vm));
    };
  }

  private GuestState anyState() {
    return GuestState.values()[random.nextInt(GuestState.values().length)];
  }

  /** SEV_ISSUE_CMD. */
  private void device() {
    int fd = one(shared.devices);
    if (fd >= 0 && !DeviceFiles.owns(fd)) {
      return;
    }
    int wanted = random.nextInt(30) == 0 ? random.nextInt() : random.nextInt(14);
    long wantedData = placed(parameters.validOfDevice(wanted));
    MemorySegment struct = struct(SevIssueCmd.LAYOUT.size(), _ -> {});
    new SevIssueCmd(wanted, wantedData, TestHost.UNTOUCHED).write(struct);
    long argument = ioctlStruct(struct);
    boolean readable = shared.host.user.read(argument, struct);
    int id = SevIssueCmd.read(struct).cmd();
    long data = SevIssueCmd.read(struct).data();
    SevDeviceCommand known = SevDeviceCommand.of(id);
    String name = known == null ? "device command " + id : known.name();
    call = "%s through %d, data %x".formatted(name, fd, data);
    List<Range> outputs = new ArrayList<>(List.of(new Range(argument + 12, 4)));
    if (readable) {
      outputs.addAll(DeclaredOutputs.ofDevice(shared.host.user, id, data));
    }
    int request = random.nextInt(100) == 0 ? random.nextInt() : SevIoctl.ISSUE_CMD;
    Answers answers =
        request == SevIoctl.ISSUE_CMD ? ErrnoTable.issueCommand(id) : ErrnoTable.noSuchIoctl();
    int result = issue(fd, request, argument, answers, outputs, name);
    if (argument == memory.memory.address()) {
      checkError(result, memory.getInt(argument + 12), states == null);
    }
    follow(
        known == SevDeviceCommand.FACTORY_RESET ? FuzzedStates.RESET : FuzzedStates.NO_COMMAND,
        null);
  }

  /** Export the platform's certificates to where SEND_START and RECEIVE_START look for them. */
  private void exportCertificates() {
    memory.put(
        memory.memory.address() + 4096,
        parameters.validOfDevice(SevDeviceCommand.PDH_CERT_EXPORT.id()));
    MemorySegment command =
        struct(
            16,
            new SevIssueCmd(
                    SevDeviceCommand.PDH_CERT_EXPORT.id(), memory.memory.address() + 4096, 0)
                ::write);
    memory.put(memory.memory.address(), command);
    shared.kernel.dispatch(shared.devices.getFirst(), SevIoctl.ISSUE_CMD, memory.memory.address());
  }

  /** Puts parameters into memory, spoilt or not, and says where; sometimes it is not true. */
  private long placed(MemorySegment struct) {
    if (random.nextInt(5) < 2) {
      parameters.spoil(struct);
    }
    long address = memory.parameters(FuzzedParameters.SIZE);
    memory.put(address, struct);
    return random.nextInt(25) == 0 ? memory.anyAddress() : address;
  }

  private long ioctlStruct(MemorySegment struct) {
    memory.put(memory.memory.address(), struct);
    return random.nextInt(40) == 0 ? memory.anyAddress() : memory.memory.address();
  }

  private static MemorySegment struct(int size, Consumer<MemorySegment> write) {
    MemorySegment struct = MemorySegment.ofArray(new byte[size]);
    write.accept(struct);
    return struct;
  }

  private static String nameOf(int id) {
    SevCommand command = SevCommand.of(id);
    if (command != null) {
      return command.name();
    }
    for (SevExtension extension : SevExtension.values()) {
      if (extension.id() == id) {
        return extension.name();
      }
    }
    return "command " + id;
  }

  /** Makes the call and looks at what it answers and writes. */
  private int issue(
      int fd, int request, long argument, Answers answers, List<Range> outputs, String name) {
    boolean knownFd = shared.host.vms.at(fd) != null || DeviceFiles.owns(fd);
    memory.watch();
    int result = shared.kernel.dispatch(fd, request, argument);
    if (knownFd || result == Errno.EBADF.negated()) {
      assertThat(answers.allow(result) || result == Errno.EBADF.negated())
          .as("%s answered %d", call, result)
          .isTrue();
    }
    outputs.forEach(range -> memory.mayHaveChanged(range.address(), range.length()));
    assertThat(memory.changed()).as("offset of a byte that %s wrote to", call).isNegative();
    if (result == 0) {
      successes.merge(name, 1, Integer::sum);
    }
    return result;
  }

  /** The error field is what the caller left there, or what the firmware said. */
  private void checkError(int result, int error, boolean mayBeDead) {
    if (error != TestHost.UNTOUCHED) {
      assertThat(FirmwareStatus.of(error)).as("%s: error %x", call, error).isNotNull();
    }
    if (result == 0) {
      assertThat(error).as(call + ": error of a success").isIn(0, TestHost.UNTOUCHED);
    }
    if (result == Errno.EIO.negated() && !mayBeDead) {
      assertThat(error).as(call + ": error of EIO").isNotIn(0, TestHost.UNTOUCHED);
    }
  }

  private void follow(int command, SevVirtualMachine target) {
    if (states != null) {
      states.follow(command, target);
    }
  }
}
