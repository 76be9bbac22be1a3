package dev.sealift.kernel;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.sev.KvmSevAttestationReport;
import dev.sealift.abi.sev.KvmSevDbg;
import dev.sealift.abi.sev.KvmSevInit;
import dev.sealift.abi.sev.KvmSevLaunchMeasure;
import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.KvmSevLaunchStart;
import dev.sealift.abi.sev.KvmSevLaunchUpdateData;
import dev.sealift.abi.sev.KvmSevReceiveStart;
import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendStart;
import dev.sealift.abi.sev.KvmSevSendUpdateData;
import dev.sealift.abi.sev.KvmSevUpdateDataBatch;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Consumer;

/** Parameters of every command as a careful program would pass them, and those with faults. */
final class FuzzedParameters {
  /** More than any parameters. */
  static final int SIZE = 96;

  private static final int PAGE = 4096;

  private final FuzzedMemory memory;
  private final Random random;
  private int sentPolicy;

  FuzzedParameters(FuzzedMemory memory, Random random) {
    this.memory = memory;
    this.random = random;
  }

  /** A command that fits the state of a guest. */
  int commandFor(boolean sevGuest, boolean sevEs, GuestState state) {
    SevCommand[] fitting =
        switch (state) {
          case UNINIT ->
              sevGuest
                  ? of(SevCommand.LAUNCH_START, SevCommand.RECEIVE_START)
                  : of(SevCommand.INIT, SevCommand.ES_INIT, SevCommand.INIT2);
          case LUPDATE ->
              of(
                  SevCommand.LAUNCH_UPDATE_DATA,
                  sevEs ? SevCommand.LAUNCH_UPDATE_VMSA : SevCommand.LAUNCH_UPDATE_DATA,
                  SevCommand.LAUNCH_MEASURE);
          case LSECRET ->
              of(SevCommand.LAUNCH_SECRET, SevCommand.LAUNCH_FINISH, SevCommand.LAUNCH_FINISH);
          case RUNNING ->
              of(
                  SevCommand.SEND_START,
                  SevCommand.DBG_DECRYPT,
                  SevCommand.DBG_ENCRYPT,
                  random.nextInt(4) == 0
                      ? SevCommand.GET_ATTESTATION_REPORT
                      : SevCommand.DBG_ENCRYPT);
          case SUPDATE ->
              of(
                  SevCommand.SEND_UPDATE_DATA,
                  SevCommand.SEND_UPDATE_DATA,
                  SevCommand.SEND_UPDATE_DATA,
                  SevCommand.SEND_UPDATE_VMSA,
                  SevCommand.SEND_FINISH,
                  SevCommand.SEND_CANCEL);
          case RUPDATE ->
              of(
                  SevCommand.RECEIVE_UPDATE_DATA,
                  SevCommand.RECEIVE_UPDATE_DATA,
                  SevCommand.RECEIVE_UPDATE_VMSA,
                  SevCommand.RECEIVE_FINISH);
          case SENT -> of(SevCommand.GUEST_STATUS, SevCommand.SEND_CANCEL);
        };
    boolean batch =
        (state == GuestState.SUPDATE || state == GuestState.RUPDATE) && random.nextInt(4) == 0;
    if (batch) {
      return (state == GuestState.SUPDATE
              ? SevExtension.SEND_UPDATE_DATA_BATCH
              : SevExtension.RECEIVE_UPDATE_DATA_BATCH)
          .id();
    }
    return fitting[random.nextInt(fitting.length)].id();
  }

  private static SevCommand[] of(SevCommand... commands) {
    return commands;
  }

  /** A guest with this policy is under way: RECEIVE_START of it wants the same. */
  void sent(int policy) {
    sentPolicy = policy;
  }

  private int policy(boolean sevEs) {
    int[] usual = {0, 0, 1, 8, 0x20};
    int policy = random.nextInt(12) == 0 ? random.nextInt() : usual[random.nextInt(usual.length)];
    return sevEs ? policy | 4 : policy;
  }

  /** Parameters of a command of KVM_MEMORY_ENCRYPT_OP without a fault. */
  MemorySegment valid(int id, boolean sevEs) {
    if (id == SevExtension.SEND_UPDATE_DATA_BATCH.id()
        || id == SevExtension.RECEIVE_UPDATE_DATA_BATCH.id()) {
      return batch();
    }
    SevCommand command = SevCommand.of(id);
    if (command == null) {
      return struct(_ -> {});
    }
    long page = memory.guestPage();
    long headers = memory.headers;
    long ciphers = memory.ciphers;
    long small = memory.small;
    return switch (command) {
      case INIT2 -> struct(new KvmSevInit(0, 0, 0)::write);
      case LAUNCH_START -> struct(new KvmSevLaunchStart(0, policy(sevEs), 0, 0, 0, 0)::write);
      case LAUNCH_UPDATE_DATA ->
          struct(new KvmSevLaunchUpdateData(page, 16L * (1 + random.nextInt(PAGE / 16)))::write);
      case LAUNCH_MEASURE -> struct(new KvmSevLaunchMeasure(small + 512, 48)::write);
      case LAUNCH_SECRET ->
          struct(new KvmSevLaunchSecret(headers, 52, page, 16, ciphers, 16)::write);
      case GET_ATTESTATION_REPORT ->
          struct(new KvmSevAttestationReport(nonce(), small + 1024, 512)::write);
      case SEND_START -> struct(sendStart()::write);
      case RECEIVE_START ->
          struct(
              new KvmSevReceiveStart(0, sentPolicy, memory.certificates, 2084, small, 128)::write);
      case SEND_UPDATE_DATA ->
          struct(new KvmSevSendUpdateData(headers, 52, page, PAGE, ciphers, PAGE)::write);
      case RECEIVE_UPDATE_DATA ->
          struct(new KvmSevReceiveUpdateData(headers, 52, page, PAGE, ciphers, PAGE)::write);
      case SEND_UPDATE_VMSA, RECEIVE_UPDATE_VMSA ->
          struct(new KvmSevUpdateVmsa(random.nextInt(5), headers, 52, ciphers, PAGE)::write);
      case DBG_DECRYPT, DBG_ENCRYPT ->
          struct(new KvmSevDbg(page, memory.guestPage(), 16L * (1 + random.nextInt(512)))::write);
      default -> struct(_ -> {});
    };
  }

  private byte[] nonce() {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    return nonce;
  }

  private KvmSevSendStart sendStart() {
    long certificates = memory.certificates;
    return new KvmSevSendStart(
        0, certificates, 2084, certificates + 2084, 6252, certificates, 1, memory.small, 128);
  }

  private MemorySegment batch() {
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      long address = random.nextInt(40) == 0 ? memory.anyAddress() : memory.guestPage();
      MemorySegment word = MemorySegment.ofArray(new byte[8]);
      word.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, address);
      memory.put(memory.batch + 8L * i, word);
    }
    return struct(
        new KvmSevUpdateDataBatch(
                memory.batch, count, 0, memory.headers, 52, PAGE, memory.ciphers, PAGE)
            ::write);
  }

  /** Parameters of a command of SEV_ISSUE_CMD without a fault. */
  MemorySegment validOfDevice(int id) {
    SevDeviceCommand command = SevDeviceCommand.of(id);
    if (command == null) {
      return struct(_ -> {});
    }
    long certificates = memory.certificates;
    return switch (command) {
      case PEK_CSR -> struct(new SevUserDataPekCsr(memory.ciphers, 2084)::write);
      case PDH_CERT_EXPORT ->
          struct(
              new SevUserDataPdhCertExport(certificates, 2084, certificates + 2084, 6252)::write);
      case PEK_CERT_IMPORT ->
          struct(
              new SevUserDataPekCertImport(certificates + 2084, 2084, certificates + 4168, 2084)
                  ::write);
      case GET_ID2 -> struct(new SevUserDataGetId2(memory.small + 2048, 128)::write);
      default -> struct(_ -> {});
    };
  }

  private static MemorySegment struct(Consumer<MemorySegment> write) {
    MemorySegment struct = MemorySegment.ofArray(new byte[SIZE]);
    write.accept(struct);
    return struct;
  }

  /** Makes a few mistakes: another address, another length, other bytes. */
  void spoil(MemorySegment struct) {
    for (int faults = 1 + random.nextInt(3); faults > 0; faults--) {
      int at = 4 * random.nextInt(18);
      switch (random.nextInt(3)) {
        case 0 -> struct.set(ValueLayout.JAVA_LONG_UNALIGNED, at, memory.anyAddress());
        case 1 -> struct.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) memory.anyLength());
        default -> struct.set(ValueLayout.JAVA_BYTE, random.nextInt(SIZE), (byte) random.nextInt());
      }
    }
    memory.keepOffOthers(struct);
  }
}
