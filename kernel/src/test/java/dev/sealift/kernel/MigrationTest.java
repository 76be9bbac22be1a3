package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.abi.sev.KvmSevGuestStatus;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataStatus;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.MemoryController;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.firmware.SystemMemory;
import dev.sealift.firmware.XexMemoryController;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A guest that moves from one host to another")
class MigrationTest {
  private static final int POLICY = 0x1;
  private static final int PAGES = 16;
  private static final int MEMORY = PAGES * 4096;
  private static final Outcome DONE = new Outcome(0, 0);

  /** Whether the host's memory controller encrypts. */
  private enum AtRest {
    PLAIN(PlainMemoryController::new),
    ENCRYPTED(memory -> new XexMemoryController(memory, new byte[16]));

    private final Function<SystemMemory, MemoryController> controller;

    AtRest(Function<SystemMemory, MemoryController> controller) {
      this.controller = controller;
    }
  }

  /** A host with a Secure Processor in software, and at most one guest. */
  private static final class Host {
    final TestHost host;
    final int sevFd;
    final MemorySegment memory;
    final MemorySegment header;
    final MemorySegment cipher;
    int vm;

    Host(AtRest atRest, int maximumAsid, int minimumSevAsid) {
      host =
          new TestHost(
              atRest.controller,
              (memory, controller) ->
                  SoftwareSecureProcessor.builder()
                      .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                      .asids(maximumAsid, minimumSevAsid)
                      .build(memory, controller),
              KernelSettings.DEFAULT.with(KernelProfile.EXTENDED));
      sevFd = host.openSev(OpenFlags.O_RDWR);
      memory = host.map(MEMORY);
      header = host.take(52);
      cipher = host.take(4096);
    }

    Host(AtRest atRest) {
      this(atRest, 15, 1);
    }

    void createGuest() {
      vm = host.sevVm();
      assertThat(host.register(vm, memory.address(), MEMORY)).isZero();
    }

    void launch(byte[] contents) {
      createGuest();
      memory.copyFrom(MemorySegment.ofArray(contents));
      done(SevCommand.LAUNCH_START, 40, new KvmSevLaunchStart(0, POLICY, 0, 0, 0, 0)::write);
      done(
          SevCommand.LAUNCH_UPDATE_DATA,
          16,
          new KvmSevLaunchUpdateData(memory.address(), MEMORY)::write);
      MemorySegment measurement = host.take(48);
      done(
          SevCommand.LAUNCH_MEASURE, 16, new KvmSevLaunchMeasure(measurement.address(), 48)::write);
      assertThat(TestHost.bytes(measurement)).isNotEqualTo(new byte[48]);
      assertThat(host.op(vm, SevCommand.LAUNCH_FINISH)).isEqualTo(DONE);
    }

    /** The platform's PDH certificate; its chain is behind it. */
    MemorySegment exportCertificates() {
      MemorySegment certificates = host.take(4 * 2084);
      MemorySegment parameters =
          host.struct(
              24,
              new SevUserDataPdhCertExport(
                      certificates.address(), 2084, certificates.address() + 2084, 6252)
                  ::write);
      assertThat(host.issue(sevFd, SevDeviceCommand.PDH_CERT_EXPORT, parameters.address()))
          .isEqualTo(DONE);
      return certificates;
    }

    /** SEND_START towards a platform; the session. */
    byte[] sendStart(byte[] certificates) {
      MemorySegment pdh = host.put(certificates).asSlice(0, 2084);
      MemorySegment session = host.take(128);
      MemorySegment parameters =
          done(
              SevCommand.SEND_START,
              72,
              new KvmSevSendStart(
                      0,
                      pdh.address(),
                      2084,
                      pdh.address() + 2084,
                      6252,
                      pdh.address(),
                      1,
                      session.address(),
                      128)
                  ::write);
      assertThat(KvmSevSendStart.read(parameters).policy()).isEqualTo(POLICY);
      return TestHost.bytes(session);
    }

    Outcome sendPage(int page) {
      return host.op(
          vm,
          SevCommand.SEND_UPDATE_DATA,
          host.struct(
              48,
              new KvmSevSendUpdateData(
                      header.address(),
                      52,
                      memory.address() + page * 4096L,
                      4096,
                      cipher.address(),
                      4096)
                  ::write));
    }

    void receiveStart(byte[] senderCertificate, byte[] session) {
      createGuest();
      done(
          SevCommand.RECEIVE_START,
          40,
          new KvmSevReceiveStart(
                  0,
                  POLICY,
                  host.put(senderCertificate).address(),
                  2084,
                  host.put(session).address(),
                  128)
              ::write);
    }

    Outcome receivePage(int page, MemorySegment fromHeader, MemorySegment fromCipher) {
      header.copyFrom(fromHeader);
      cipher.copyFrom(fromCipher);
      return host.op(
          vm,
          SevCommand.RECEIVE_UPDATE_DATA,
          host.struct(
              48,
              new KvmSevReceiveUpdateData(
                      header.address(),
                      52,
                      memory.address() + page * 4096L,
                      4096,
                      cipher.address(),
                      4096)
                  ::write));
    }

    /** A batch of all pages, with room for their packets. */
    Outcome batch(SevExtension command, MemorySegment headers, MemorySegment ciphers) {
      MemorySegment addresses = host.take(PAGES * 8);
      for (int page = 0; page < PAGES; page++) {
        addresses.setAtIndex(ValueLayout.JAVA_LONG, page, memory.address() + page * 4096L);
      }
      MemorySegment batch =
          host.struct(
              48,
              new KvmSevUpdateDataBatch(
                      addresses.address(),
                      PAGES,
                      0,
                      headers.address(),
                      52,
                      4096,
                      ciphers.address(),
                      4096)
                  ::write);
      return host.op(vm, command.id(), batch.address(), 0);
    }

    private MemorySegment done(SevCommand command, int size, Consumer<MemorySegment> write) {
      MemorySegment parameters = host.struct(size, write);
      assertThat(host.op(vm, command, parameters, sevFd)).isEqualTo(DONE);
      return parameters;
    }

    /** Memory as the guest reads it. */
    byte[] asTheGuestSeesIt() {
      MemorySegment into = MemorySegment.ofArray(new byte[MEMORY]);
      long frame = host.user.physicalAddress(memory.address(), UserMemory.Access.READ);
      assertThat(host.controller.read(host.vms.asid(vm), frame, into)).isTrue();
      return TestHost.bytes(into);
    }

    GuestState state() {
      MemorySegment status = host.take(12);
      assertThat(host.op(vm, SevCommand.GUEST_STATUS, status)).isEqualTo(DONE);
      return GuestState.of(KvmSevGuestStatus.read(status).state());
    }

    SevUserDataStatus platform() {
      MemorySegment status = host.take(12);
      assertThat(host.issue(sevFd, SevDeviceCommand.PLATFORM_STATUS, status.address()))
          .isEqualTo(DONE);
      return SevUserDataStatus.read(status);
    }
  }

  private static byte[] contents() {
    byte[] contents = new byte[MEMORY];
    new Random(7).nextBytes(contents);
    return contents;
  }

  @ParameterizedTest
  @EnumSource
  void arrivesWithEveryByteOfItsMemory(AtRest atRest) {
    byte[] contents = contents();
    Host source = new Host(atRest);
    Host target = new Host(atRest);
    source.launch(contents);
    assertThat(source.asTheGuestSeesIt()).isEqualTo(contents);

    byte[] session = source.sendStart(TestHost.bytes(target.exportCertificates()));
    target.receiveStart(TestHost.bytes(source.exportCertificates().asSlice(0, 2084)), session);
    for (int page = 0; page < PAGES; page++) {
      assertThat(source.sendPage(page)).isEqualTo(DONE);
      assertThat(target.receivePage(page, source.header, source.cipher)).isEqualTo(DONE);
    }
    assertThat(source.host.op(source.vm, SevCommand.SEND_FINISH)).isEqualTo(DONE);
    assertThat(target.host.op(target.vm, SevCommand.RECEIVE_FINISH)).isEqualTo(DONE);

    assertThat(target.asTheGuestSeesIt()).isEqualTo(contents);
    assertThat(source.state()).isEqualTo(GuestState.SENT);
    assertThat(target.state()).isEqualTo(GuestState.RUNNING);
  }

  @Test
  void arrivesInOneBatchJustAsWell() {
    byte[] contents = contents();
    Host source = new Host(AtRest.ENCRYPTED);
    Host target = new Host(AtRest.ENCRYPTED);
    source.launch(contents);
    byte[] session = source.sendStart(TestHost.bytes(target.exportCertificates()));
    target.receiveStart(TestHost.bytes(source.exportCertificates().asSlice(0, 2084)), session);
    MemorySegment headers = source.host.take(PAGES * 52);
    MemorySegment ciphers = source.host.take(MEMORY);

    assertThat(source.batch(SevExtension.SEND_UPDATE_DATA_BATCH, headers, ciphers)).isEqualTo(DONE);
    assertThat(
            target.batch(
                SevExtension.RECEIVE_UPDATE_DATA_BATCH,
                target.host.put(TestHost.bytes(headers)),
                target.host.put(TestHost.bytes(ciphers))))
        .isEqualTo(DONE);

    assertThat(target.asTheGuestSeesIt()).isEqualTo(contents);
  }

  @Test
  void staysTheSameGuestInEveryVmOfItsHostThatHasIt() {
    byte[] contents = contents();
    Host host = new Host(AtRest.ENCRYPTED);
    host.launch(contents);
    int left = host.vm;
    int mirror = host.host.createVm();
    int next = host.host.createVm();
    assertThat(host.host.enableCap(mirror, KvmCapability.VM_COPY_ENC_CONTEXT_FROM, 0, left))
        .isZero();
    assertThat(host.host.enableCap(next, KvmCapability.VM_MOVE_ENC_CONTEXT_FROM, 0, left)).isZero();

    host.vm = next;
    assertThat(host.asTheGuestSeesIt()).isEqualTo(contents);
    host.vm = mirror;
    assertThat(host.asTheGuestSeesIt()).isEqualTo(contents);
    assertThat(host.state()).isEqualTo(GuestState.RUNNING);

    assertThat(host.host.calls.close(left)).isZero();
    assertThat(host.host.calls.close(next)).isZero();
    assertThat(host.platform().guestCount()).isEqualTo(1);
    assertThat(host.host.calls.close(mirror)).isZero();
    assertThat(host.platform().guestCount()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void isPlainAtRestOnlyWhereTheHostCannotEncrypt(AtRest atRest) {
    byte[] contents = contents();
    Host source = new Host(atRest);

    source.launch(contents);

    boolean plain = Arrays.equals(TestHost.bytes(source.memory), contents);
    assertThat(plain).isEqualTo(atRest == AtRest.PLAIN);
  }

  @Test
  void travelsEncrypted() {
    byte[] contents = new byte[MEMORY];
    Host source = new Host(AtRest.PLAIN);
    source.launch(contents);
    source.sendStart(TestHost.bytes(new Host(AtRest.PLAIN).exportCertificates()));

    source.sendPage(0);
    byte[] first = TestHost.bytes(source.cipher);
    source.sendPage(0);

    assertThat(first).isNotEqualTo(new byte[4096]);
    assertThat(TestHost.bytes(source.cipher)).isNotEqualTo(first);
  }

  @Test
  void refusesAPageThatWasChangedOnItsWay() {
    Host source = new Host(AtRest.ENCRYPTED);
    Host target = new Host(AtRest.ENCRYPTED);
    source.launch(contents());
    byte[] session = source.sendStart(TestHost.bytes(target.exportCertificates()));
    target.receiveStart(TestHost.bytes(source.exportCertificates().asSlice(0, 2084)), session);
    byte[] before = TestHost.bytes(target.memory);
    source.sendPage(0);
    MemorySegment changed = MemorySegment.ofArray(TestHost.bytes(source.cipher));
    changed.set(ValueLayout.JAVA_BYTE, 100, (byte) 0);
    changed.set(ValueLayout.JAVA_BYTE, 101, (byte) 0);

    assertThat(target.receivePage(0, source.header, changed))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.BAD_MEASUREMENT.code()));

    assertThat(TestHost.bytes(target.memory)).isEqualTo(before);
    assertThat(target.receivePage(0, source.header, source.cipher)).isEqualTo(DONE);
  }

  @Test
  void staysWhereItIsWhenTheMoveIsCancelled() {
    Host source = new Host(AtRest.PLAIN);
    source.launch(contents());
    source.sendStart(TestHost.bytes(new Host(AtRest.PLAIN).exportCertificates()));
    assertThat(source.state()).isEqualTo(GuestState.SUPDATE);

    assertThat(source.host.op(source.vm, SevCommand.SEND_CANCEL)).isEqualTo(DONE);

    assertThat(source.state()).isEqualTo(GuestState.RUNNING);
    assertThat(source.sendPage(0))
        .isEqualTo(new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_GUEST_STATE.code()));
  }

  @Test
  void tellsTheLengthsThatAreNeeded() {
    Host source = new Host(AtRest.PLAIN);
    source.launch(contents());
    Outcome told = new Outcome(Errno.EIO.negated(), FirmwareStatus.INVALID_LEN.code());
    MemorySegment start = source.host.take(72);
    MemorySegment update = source.host.take(48);

    assertThat(source.host.op(source.vm, SevCommand.SEND_START, start)).isEqualTo(told);
    assertThat(source.host.op(source.vm, SevCommand.SEND_UPDATE_DATA, update)).isEqualTo(told);

    assertThat(KvmSevSendStart.read(start).sessionLen()).isEqualTo(128);
    assertThat(KvmSevSendUpdateData.read(update).hdrLen()).isEqualTo(52);
  }

  @Test
  void leavesNothingBehindWhenItsVmIsClosed() {
    Host host = new Host(AtRest.ENCRYPTED);
    host.launch(contents());
    assertThat(host.platform().state()).isEqualTo(PlatformState.WORKING.number());
    assertThat(host.platform().guestCount()).isEqualTo(1);

    assertThat(host.host.calls.close(host.vm)).isZero();

    assertThat(host.platform().state()).isEqualTo(PlatformState.INIT.number());
    assertThat(host.platform().guestCount()).isZero();
  }

  @Test
  void leavesNothingBehindWhenItsHandleCannotBeTold() {
    Host host = new Host(AtRest.PLAIN);
    host.createGuest();
    MemorySegment readOnly = host.host.map(4096, MapFlags.PROT_READ);
    new KvmSevLaunchStart(0, POLICY, 0, 0, 0, 0).write(readOnly);

    assertThat(host.host.op(host.vm, SevCommand.LAUNCH_START, readOnly, host.sevFd))
        .isEqualTo(new Outcome(Errno.EFAULT.negated(), 0));

    assertThat(host.platform().guestCount()).isZero();
  }

  @Test
  void asidsComeRoundAgain() {
    Host host = new Host(AtRest.ENCRYPTED, 1, 1);
    for (int round = 0; round < 3; round++) {
      host.launch(contents());
      assertThat(host.host.vms.asid(host.vm)).isEqualTo(1);
      assertThat(host.host.calls.close(host.vm)).isZero();
    }
  }

  @Test
  void aPlatformForSevEsComesUpToo() {
    Host host = new Host(AtRest.PLAIN, 15, 5);

    host.launch(contents());

    assertThat(host.platform().flags() & 0x100).isEqualTo(0x100);
    assertThat(host.host.vms.asid(host.vm)).isEqualTo(5);
  }

  @Test
  void thePlatformKeepsItsIdentityFromOneExportToTheNext() {
    Host host = new Host(AtRest.PLAIN);

    byte[] before = TestHost.bytes(host.exportCertificates());
    assertThat(host.platform().state()).isEqualTo(PlatformState.UNINIT.number());
    host.createGuest();

    assertThat(TestHost.bytes(host.exportCertificates())).isEqualTo(before);
  }
}
