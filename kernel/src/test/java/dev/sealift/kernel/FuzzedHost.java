package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.GuestStatusBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.XexMemoryController;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A host with a Secure Processor in software, and what all processes that are fuzzed share. */
final class FuzzedHost {
  /** ASIDs 1 and 2 are for guests with SEV-ES, 3 to 6 for those without. */
  private static final int MAXIMUM_ASID = 6;

  private static final int MINIMUM_SEV_ASID = 3;

  private static final RootOfTrust ROOT = RootOfTrust.of(Generation.MILAN);

  final KernelProfile profile;
  final TestHost host;
  final SoftwareSev kernel;
  final List<Integer> vms = new CopyOnWriteArrayList<>();
  final List<Integer> vcpus = new CopyOnWriteArrayList<>();
  final List<Integer> devices = new CopyOnWriteArrayList<>();

  /** The memory of every process, which the others do not touch. */
  final List<MemorySegment> memories = new CopyOnWriteArrayList<>();

  /** Every VM that there ever was: a closed one may still have mirrors. */
  private final Set<SevVirtualMachine> all = ConcurrentHashMap.newKeySet();

  private final int rangesAtStart;

  FuzzedHost(Random random) {
    profile = random.nextBoolean() ? KernelProfile.EXTENDED : KernelProfile.MAINLINE;
    long lockedMemory = random.nextInt(4) == 0 ? 24 * 4096 : Long.MAX_VALUE;
    host =
        new TestHost(
            memory -> new XexMemoryController(memory, new byte[16]),
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(ROOT)
                    .asids(MAXIMUM_ASID, MINIMUM_SEV_ASID)
                    .build(memory, controller),
            new KernelSettings(random.nextInt(4) == 0, lockedMemory, false).with(profile));
    kernel = (SoftwareSev) host.calls;
    openDevice(OpenFlags.O_RDWR);
    // The region that the driver gives the firmware for SEV-ES stays for good.
    int first = host.createVm();
    assertThat(host.op(first, SevCommand.INIT).result()).isZero();
    host.calls.close(first);
    rangesAtStart = host.physicalMemory.ranges();
  }

  void openDevice(int mode) {
    devices.add(host.openSev(mode));
  }

  void created(int vm) {
    vms.add(vm);
    SevVirtualMachine machine = host.vms.at(vm);
    if (machine != null) {
      all.add(machine);
    }
  }

  /** VMs whose context the firmware knows, each context once. */
  Set<SevVirtualMachine> owners() {
    return all.stream()
        .filter(vm -> vm.isSevGuest() && !vm.isMirror())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  PlatformStatusBuffer platform() {
    return PlatformStatusBuffer.read(
        ask(PspCommand.PLATFORM_STATUS, PlatformStatusBuffer.LAYOUT, 0));
  }

  /** The firmware's own word on a guest. */
  GuestStatusBuffer guest(int handle) {
    return GuestStatusBuffer.read(ask(PspCommand.GUEST_STATUS, GuestStatusBuffer.LAYOUT, handle));
  }

  GuestState state(SevVirtualMachine vm) {
    return vm.handle() == 0 ? GuestState.UNINIT : GuestState.of(guest(vm.handle()).state());
  }

  private MemorySegment ask(PspCommand command, StructLayout layout, int handle) {
    MemorySegment parameters = MemorySegment.ofArray(new byte[layout.size()]);
    parameters.set(ValueLayout.JAVA_INT_UNALIGNED, 0, handle);
    int result =
        host.module.driver().mailbox().run(command, parameters, layout.size(), new FirmwareError());
    assertThat(result).as("the processor's answer to " + command).isZero();
    return parameters;
  }

  /** The last descriptor is closed: every pin, buffer, firmware guest and ASID is free again. */
  void closeAllAndExpectNothingLeft(int mappings) {
    vms.forEach(host.calls::close);
    vcpus.forEach(host.calls::close);
    devices.forEach(host.calls::close);
    assertThat(all)
        .allMatch(vm -> vm.pinnedPages().locked() == 0, "no page is pinned")
        .allMatch(vm -> vm.asid() == 0 && vm.handle() == 0, "no context is left");
    assertThat(host.physicalMemory.ranges())
        .as("memory ranges, kernel buffers among them")
        .isEqualTo(rangesAtStart + mappings);
    assertThat(platform().guestCount()).as("guests of the firmware").isZero();
    for (int asid = 1; asid <= MAXIMUM_ASID; asid++) {
      SevCommand init = asid < MINIMUM_SEV_ASID ? SevCommand.ES_INIT : SevCommand.INIT;
      assertThat(host.op(host.createVm(), init).result()).as("ASID %d", asid).isZero();
    }
  }
}
