package dev.sealift.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.kvm.KvmCapability;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.kernel.TestHost.Outcome;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("KVM_SEV_SEND_UPDATE_DATA answers, input by input")
class SendUpdateDataVectorsTest {
  /** What the caller's buffers hold before the call. */
  private static final byte OLD = 0x55;

  private static final int EIO = Errno.EIO.negated();
  private static final int EINVAL = Errno.EINVAL.negated();
  private static final int EFAULT = Errno.EFAULT.negated();
  private static final int ENOMEM = Errno.ENOMEM.negated();
  private static final int ENOTTY = Errno.ENOTTY.negated();
  private static final int EBADF = Errno.EBADF.negated();
  private static final int INVALID_LEN = FirmwareStatus.INVALID_LEN.code();

  /** A host, a guest on it, and buffers for one packet. */
  private static final class Scene {
    final ScriptedProcessor processor = new ScriptedProcessor();
    TestHost host = TestHost.of(processor);
    int vm;
    MemorySegment guest;
    MemorySegment header;
    MemorySegment transport;
    long data;

    Scene() {
      onHost(KernelSettings.DEFAULT);
      vm = StartedGuest.launched(host).vm();
    }

    void onHost(KernelSettings settings) {
      host = TestHost.of(processor, settings);
      guest = host.map(8192);
      header = host.take(128).fill(OLD);
      transport = host.take(4096).fill(OLD);
    }

    Scene withParameters(
        long hdrUaddr, long hdrLen, long guestUaddr, long guestLen, long transLen) {
      data =
          host.struct(
                  48,
                  new KvmSevSendUpdateData(
                          hdrUaddr, hdrLen, guestUaddr, guestLen, transport.address(), transLen)
                      ::write)
              .address();
      return this;
    }

    /** A whole page and its header. */
    Scene page() {
      return withParameters(header.address(), 52, guest.address(), 4096, 4096);
    }

    Scene lengths(long hdrLen, long transLen) {
      return withParameters(header.address(), hdrLen, guest.address(), 4096, transLen);
    }

    Scene guestRange(long offset, long length) {
      return withParameters(header.address(), 52, guest.address() + offset, length, 4096);
    }

    Scene plainVm() {
      vm = host.createVm();
      return this;
    }

    Scene movedAway() {
      int moved = host.enableCap(host.createVm(), KvmCapability.VM_MOVE_ENC_CONTEXT_FROM, 0, vm);
      assertThat(moved).isZero();
      return this;
    }

    Scene notStarted() {
      vm = host.sevVm();
      return this;
    }

    Scene refusedBy(FirmwareStatus status) {
      processor.refuse(PspCommand.SEND_UPDATE_DATA, status);
      return this;
    }

    Scene withoutLockableMemory() {
      onHost(new KernelSettings(false, 4095, false));
      vm = StartedGuest.launched(host).vm();
      return page();
    }

    KvmSevSendUpdateData parameters() {
      MemorySegment struct = MemorySegment.ofArray(new byte[48]);
      assertThat(host.user.read(data, struct)).isTrue();
      return KvmSevSendUpdateData.read(struct);
    }
  }

  /** What must hold after the call. */
  private interface Check {
    void on(Scene scene);
  }

  /**
   * An input and its answer; an error of {@link TestHost#UNTOUCHED}: the firmware was not asked.
   */
  private record Row(String name, Scene scene, int result, int error, Check check) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Row row(String name, Scene scene, int result, int error, Check check) {
    return new Row(name, scene, result, error, check);
  }

  private static Row refused(String name, Scene scene, int result) {
    return row(
        name,
        scene,
        result,
        TestHost.UNTOUCHED,
        SendUpdateDataVectorsTest::nothingReachedTheCaller);
  }

  private static void nothingReachedTheCaller(Scene scene) {
    assertThat(TestHost.bytes(scene.header)).containsOnly(OLD);
    assertThat(TestHost.bytes(scene.transport)).containsOnly(OLD);
    assertThat(scene.processor.log).doesNotContain("SEND_UPDATE_DATA");
  }

  private static void lengthsAreWritten(Scene scene) {
    assertThat(scene.parameters().hdrLen()).isEqualTo(52);
    assertThat(scene.parameters().transLen()).isEqualTo(4096);
  }

  private static void packetArrived(Scene scene) {
    assertThat(TestHost.bytes(scene.transport)).containsOnly('T');
    assertThat(TestHost.bytes(scene.header.asSlice(0, 52))).containsOnly('H');
    assertThat(TestHost.bytes(scene.header.asSlice(52))).containsOnly(OLD);
  }

  private static void packetArrivedWithZerosBehindItsHeader(Scene scene) {
    assertThat(TestHost.bytes(scene.transport)).containsOnly('T');
    assertThat(TestHost.bytes(scene.header.asSlice(0, 52))).containsOnly('H');
    assertThat(TestHost.bytes(scene.header.asSlice(52, 48))).containsOnly(0);
    assertThat(TestHost.bytes(scene.header.asSlice(100))).containsOnly(OLD);
  }

  static Stream<Row> rows() {
    Scene unmappedData = new Scene().page();
    unmappedData.data = unmappedData.host.unmapped();
    Scene unmappedGuest = new Scene();
    unmappedGuest.withParameters(
        unmappedGuest.header.address(), 52, unmappedGuest.host.unmapped(), 4096, 4096);
    Scene readOnlyHeader = new Scene();
    long readOnly = readOnlyHeader.host.map(4096, MapFlags.PROT_READ).address();
    readOnlyHeader.withParameters(readOnly, 52, readOnlyHeader.guest.address(), 4096, 4096);
    Scene unwanted = new Scene().refusedBy(FirmwareStatus.INVALID_GUEST_STATE).page();
    KvmSevSendUpdateData unwantedParameters = unwanted.parameters();
    return Stream.of(
        refused("a VM that is no SEV guest", new Scene().plainVm().page(), ENOTTY),
        refused("parameters at an unmapped address", unmappedData, EFAULT),
        row(
            "header length 0",
            new Scene().lengths(0, 4096),
            EIO,
            INVALID_LEN,
            SendUpdateDataVectorsTest::lengthsAreWritten),
        row(
            "transport length 0",
            new Scene().lengths(52, 0),
            EIO,
            INVALID_LEN,
            SendUpdateDataVectorsTest::lengthsAreWritten),
        refused("guest length 0", new Scene().guestRange(0, 0), EINVAL),
        refused("guest memory across a page", new Scene().guestRange(0xFF0, 0x20), EINVAL),
        refused(
            "a guest length that wraps in 32 bits",
            new Scene().guestRange(0xFFF, 0xFFFF_F001L),
            EINVAL),
        row("a whole page", new Scene().page(), 0, 0, SendUpdateDataVectorsTest::packetArrived),
        refused("no more memory may be pinned", new Scene().withoutLockableMemory(), ENOMEM),
        refused("guest memory that is not mapped", unmappedGuest, ENOMEM),
        row(
            "the firmware refuses",
            unwanted,
            EIO,
            FirmwareStatus.INVALID_GUEST_STATE.code(),
            scene -> assertThat(scene.parameters()).isEqualTo(unwantedParameters)),
        row(
            "a header address that cannot be written",
            readOnlyHeader,
            EFAULT,
            0,
            scene -> assertThat(TestHost.bytes(scene.transport)).containsOnly('T')),
        refused("a VM whose context was moved to another", new Scene().movedAway().page(), EIO),
        refused("before LAUNCH_START", new Scene().notStarted().page(), EBADF),
        row(
            "a header length of 100",
            new Scene().lengths(100, 4096),
            0,
            0,
            SendUpdateDataVectorsTest::packetArrivedWithZerosBehindItsHeader));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void answers(Row row) {
    Scene scene = row.scene();
    scene.processor.forget();

    Outcome outcome = scene.host.op(scene.vm, SevCommand.SEND_UPDATE_DATA.id(), scene.data, 0);

    assertThat(outcome).isEqualTo(new Outcome(row.result(), row.error()));
    row.check().on(scene);
    assertThat(scene.host.pinned(scene.vm)).isZero();
  }
}
