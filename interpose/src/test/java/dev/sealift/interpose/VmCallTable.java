package dev.sealift.interpose;

import static dev.sealift.interpose.SevCallSituation.BLOB;
import static dev.sealift.interpose.SevCallSituation.CHAIN;
import static dev.sealift.interpose.SevCallSituation.DATA;
import static dev.sealift.interpose.SevCallSituation.HEADER;
import static dev.sealift.interpose.SevCallSituation.KERNEL;
import static dev.sealift.interpose.SevCallSituation.NOWHERE;
import static dev.sealift.interpose.SevCallSituation.OTHER_PAGE;
import static dev.sealift.interpose.SevCallSituation.PAGE;
import static dev.sealift.interpose.SevCallSituation.TRANSPORT;

import dev.sealift.abi.kvm.KvmIoctl;
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
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.interpose.SevCaller.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Every SEV command of a VM, as it should be called and as it should not, along the life of a guest
 * that is launched, sent, and received by a second VM of the same platform.
 */
final class VmCallTable {
  private static final ApiVersion API = new ApiVersion(1, 55);
  private static final int PAGE_SIZE = 4096;
  private static final int TOO_LONG = SevLimits.FIRMWARE_BLOB_MAX + 1;
  private static final int AMD_CERTIFICATES = 2 * (64 + 3 * 512);
  private static final int REPORT = 208;
  private static final int REPORT_SIGNATURE = 64;

  /** Those that no call of the table can make succeed, and why. */
  static final Map<SevCommand, String> NEVER_SUCCEED =
      Map.of(
          SevCommand.ES_INIT, "the registers of the vCPUs are the real kernel's, without keys",
          SevCommand.INIT2, "the real kernel has no VM types for SEV",
          SevCommand.LAUNCH_UPDATE_VMSA, "it is for SEV-ES",
          SevCommand.SEND_UPDATE_VMSA, "Linux has no handler for it",
          SevCommand.RECEIVE_UPDATE_VMSA, "Linux has no handler for it",
          SevCommand.CERT_EXPORT, "Linux has no handler for it",
          SevCommand.SNP_LAUNCH_START, "it is for SEV-SNP",
          SevCommand.SNP_LAUNCH_UPDATE, "it is for SEV-SNP",
          SevCommand.SNP_LAUNCH_FINISH, "it is for SEV-SNP");

  private final List<TestedCall> calls = new ArrayList<>();

  private VmCallTable() {}

  /** The calls, in their order. */
  static List<TestedCall> calls() {
    VmCallTable table = new VmCallTable();
    table.badCalls();
    table.everyCommand("before INIT");
    table.init();
    table.everyCommand("before LAUNCH_START");
    table.launchStart();
    table.everyCommand("with empty parameters");
    table.regions();
    table.launchData();
    table.launchMeasure();
    table.launchSecret();
    table.launchFinish();
    table.debug();
    table.report();
    table.send();
    table.receive();
    table.end();
    return table.calls;
  }

  private void add(SevCommand command, String way, TestedCall.Step step) {
    calls.add(new TestedCall(command, way, step));
  }

  private void add(String way, TestedCall.Step step) {
    calls.add(new TestedCall(null, way, step));
  }

  private void badCalls() {
    int op = KvmIoctl.MEMORY_ENCRYPT_OP;
    add("the question whether there is SEV", s -> s.ioctl(s.vm, op, 0));
    for (long address : new long[] {NOWHERE, KERNEL, -1}) {
      add("a command at " + address, s -> s.ioctl(s.vm, op, address));
    }
    add("a command half in memory", s -> s.ioctl(s.vm, op, s.at(SevCaller.MEMORY_SIZE - 8)));
    add("a command that may not be written back", s -> s.ioctl(s.vm, op, s.caller().readOnly()));
    add("a command on no file", s -> s.ioctl(-1, op, s.at(DATA)));
    for (int number : new int[] {23, 99, 103, 0x100, -1, Integer.MIN_VALUE}) {
      add("command " + number, s -> s.vm(number));
    }
    for (SevExtension extension : SevExtension.values()) {
      add(extension + ", which mainline Linux lacks", s -> s.vm(extension.id()));
    }
  }

  /** All commands, as they come: what is legal among them must change nothing that follows. */
  private void everyCommand(String when) {
    for (SevCommand command : SevCommand.values()) {
      if (command == SevCommand.INIT
          || command == SevCommand.LAUNCH_FINISH
          || (command == SevCommand.LAUNCH_START && !when.equals("before INIT"))) {
        continue;
      }
      add(command, when, s -> s.put(DATA, new byte[128]).vm(command));
      add(command, when + ", at 0", s -> s.vm(s.vm, command, 0, s.sev));
      add(command, when + ", nowhere", s -> s.vm(s.vm, command, NOWHERE, s.sev));
      add(command, when + ", in the kernel", s -> s.vm(s.vm, command, KERNEL, s.sev));
    }
  }

  private void init() {
    add(
        SevCommand.INIT2,
        "of a VM of the usual type",
        s -> s.put(DATA, new KvmSevInit(0, 0, 0)::write).vm(SevCommand.INIT2));
    add(SevCommand.INIT, "", s -> s.vm(SevCommand.INIT));
    add(SevCommand.INIT, "once more", s -> s.vm(SevCommand.INIT));
  }

  private static SevCallSituation start(
      SevCallSituation s, long owner, long ownerLength, long session, long sessionLength) {
    return s.put(
        DATA, new KvmSevLaunchStart(0, 0, owner, ownerLength, session, sessionLength)::write);
  }

  private void launchStart() {
    SevCommand command = SevCommand.LAUNCH_START;
    add(command, "without a device", s -> start(s, 0, 0, 0, 0).vm(s.vm, command, s.at(DATA), -1));
    add(command, "on another file", s -> start(s, 0, 0, 0, 0).vm(s.vm, command, s.at(DATA), s.vm));
    add(command, "of no length", s -> start(s, s.at(BLOB), 0, 0, 0).vm(command));
    add(command, "from nowhere", s -> start(s, NOWHERE, 2084, 0, 0).vm(command));
    add(command, "too long", s -> start(s, s.at(CHAIN), TOO_LONG, 0, 0).vm(command));
    add(
        command,
        "of garbage",
        s -> start(s, s.at(BLOB), 2084, s.at(CHAIN), SevLimits.SESSION).vm(command));
    add(
        command,
        "where the handle may not be written",
        s -> s.vm(s.vm, command, s.caller().readOnly(), s.sev));
    add(command, "as it should be", s -> start(s, 0, 0, 0, 0).vm(command));
    add(command, "once more", s -> start(s, 0, 0, 0, 0).vm(command));
    add(SevCommand.GUEST_STATUS, "of a guest in launch", s -> s.vm(SevCommand.GUEST_STATUS));
    calls.add(
        new TestedCall(
            SevDeviceCommand.PLATFORM_STATUS,
            "with a guest",
            s -> s.device(SevDeviceCommand.PLATFORM_STATUS, s.at(DATA))));
    calls.add(
        new TestedCall(
            SevDeviceCommand.FACTORY_RESET,
            "with a guest",
            s -> s.device(SevDeviceCommand.FACTORY_RESET, 0)));
    calls.add(
        new TestedCall(
            SevDeviceCommand.PEK_GEN, "with a guest", s -> s.device(SevDeviceCommand.PEK_GEN, 0)));
  }

  private void regions() {
    record Region(String name, long address, long size) {}
    for (Region wrong :
        List.of(
            new Region("no region", 0, 0),
            new Region("a region nowhere", NOWHERE, PAGE_SIZE),
            new Region("a region in the kernel", KERNEL, PAGE_SIZE),
            new Region("a region that wraps", -PAGE_SIZE, 2L * PAGE_SIZE),
            new Region("an endless region", 0, -1))) {
      add("register " + wrong.name(), s -> s.region(true, wrong.address(), wrong.size()));
      add("unregister " + wrong.name(), s -> s.region(false, wrong.address(), wrong.size()));
    }
    add("register what it may only read", s -> s.region(true, s.caller().readOnly(), PAGE_SIZE));
    add("register more than it has", s -> s.region(true, s.at(PAGE), SevCaller.MEMORY_SIZE));
    add("register its memory", s -> s.region(true, s.at(0), SevCaller.MEMORY_SIZE));
    add("unregister less", s -> s.region(false, s.at(0), PAGE_SIZE));
    add("unregister its memory", s -> s.region(false, s.at(0), SevCaller.MEMORY_SIZE));
    add("unregister it again", s -> s.region(false, s.at(0), SevCaller.MEMORY_SIZE));
    add("register its memory again", s -> s.region(true, s.at(0), SevCaller.MEMORY_SIZE));
    for (int request :
        new int[] {KvmIoctl.MEMORY_ENCRYPT_REG_REGION, KvmIoctl.MEMORY_ENCRYPT_UNREG_REGION}) {
      for (long address : new long[] {0, NOWHERE, KERNEL}) {
        add(
            "region ioctl %x at %d".formatted(request, address),
            s -> s.ioctl(s.vm, request, address));
      }
    }
  }

  private static byte[] content(int seed) {
    byte[] page = new byte[PAGE_SIZE];
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) (i * 31 + seed);
    }
    return page;
  }

  private void launchData() {
    SevCommand command = SevCommand.LAUNCH_UPDATE_DATA;
    record Piece(String name, long address, int offset, int length) {}
    for (Piece wrong :
        List.of(
            new Piece("of no length", 0, PAGE, 0),
            new Piece("from 0", 0, -1, PAGE_SIZE),
            new Piece("from nowhere", NOWHERE, -1, PAGE_SIZE),
            new Piece("from the kernel", KERNEL, -1, PAGE_SIZE),
            new Piece("off by one", 0, PAGE + 1, 32),
            new Piece("of an odd length", 0, PAGE, 17),
            new Piece("of all addresses", 0, PAGE, -1),
            new Piece("half in memory", 0, SevCaller.MEMORY_SIZE - PAGE_SIZE, 2 * PAGE_SIZE))) {
      add(
          command,
          wrong.name(),
          s -> {
            long address = wrong.offset() < 0 ? wrong.address() : s.at(wrong.offset());
            long length = Integer.toUnsignedLong(wrong.length());
            s.put(DATA, new KvmSevLaunchUpdateData(address, length)::write);
            return s.vm(command);
          });
    }
    add(
        command,
        "from where it may only read",
        s -> {
          s.put(DATA, new KvmSevLaunchUpdateData(s.caller().readOnly(), PAGE_SIZE)::write);
          return s.vm(command);
        });
    add(
        command,
        "as it should be",
        s -> {
          s.put(PAGE, content(1)).put(OTHER_PAGE, content(2));
          s.put(DATA, new KvmSevLaunchUpdateData(s.at(PAGE), 2 * PAGE_SIZE)::write);
          return s.vm(command);
        });
  }

  private static Outcome measure(SevCallSituation s, long address, long length) throws Exception {
    return s.put(DATA, new KvmSevLaunchMeasure(address, length)::write)
        .vm(SevCommand.LAUNCH_MEASURE);
  }

  private void launchMeasure() {
    SevCommand command = SevCommand.LAUNCH_MEASURE;
    add(SevCommand.LAUNCH_SECRET, "before it is measured", s -> secret(s, s.at(HEADER), 52, PAGE));
    for (int length : new int[] {0, 1, SevLimits.MEASUREMENT - 1, TOO_LONG}) {
      add(command, "of length " + length, s -> measure(s, s.at(BLOB), length));
    }
    add(command, "into 0", s -> measure(s, 0, SevLimits.MEASUREMENT));
    add(command, "as it should be", s -> measure(s, s.at(BLOB), SevLimits.MEASUREMENT));
    add(
        SevCommand.GUEST_STATUS,
        "of a guest that was measured",
        s -> {
          s.keep("measurement", BLOB, SevLimits.MEASUREMENT);
          return s.vm(SevCommand.GUEST_STATUS);
        });
    add(command, "once more", s -> measure(s, s.at(BLOB), SevLimits.MEASUREMENT));
    add(
        SevCommand.LAUNCH_UPDATE_DATA,
        "after it was measured",
        s ->
            s.put(DATA, new KvmSevLaunchUpdateData(s.at(PAGE), PAGE_SIZE)::write)
                .vm(SevCommand.LAUNCH_UPDATE_DATA));
  }

  private static Outcome secret(SevCallSituation s, long header, long length, int guest)
      throws Exception {
    return s.put(
            DATA,
            new KvmSevLaunchSecret(header, length, s.at(guest), 32, s.at(TRANSPORT), 32)::write)
        .vm(SevCommand.LAUNCH_SECRET);
  }

  private void launchSecret() {
    SevCommand command = SevCommand.LAUNCH_SECRET;
    add(command, "with a header from nowhere", s -> secret(s, NOWHERE, 52, PAGE));
    add(command, "with a header too short", s -> secret(s, s.at(HEADER), 51, PAGE));
    add(command, "with a header too long", s -> secret(s, s.at(HEADER), TOO_LONG, PAGE));
    add(command, "across pages without room", s -> secret(s, s.at(HEADER), 52, PAGE + 4080));
    add(command, "that nobody has sealed", s -> secret(s, s.at(HEADER), 52, PAGE));
    add(
        command,
        "as it should be",
        s -> {
          byte[] mac = Arrays.copyOf(s.kept("measurement"), LaunchMeasurement.SIZE);
          byte[] payload = "it opens the disk: open sesame. ".getBytes(StandardCharsets.US_ASCII);
          try (TransportKeys keys = TransportKeys.zero()) {
            LaunchSecret.Packed packed = LaunchSecret.pack(keys, API, mac, payload);
            s.put(HEADER, packed.header()).put(TRANSPORT, packed.ciphertext());
          }
          return secret(s, s.at(HEADER), 52, PAGE);
        });
  }

  private void launchFinish() {
    add(
        SevCommand.SEND_FINISH,
        "of a guest that is not sent",
        s -> {
          // What was sealed at random must not be seen by calls that copy memory.
          s.put(HEADER, new byte[SevLimits.PACKET_HEADER]).put(TRANSPORT, new byte[32]);
          return s.vm(SevCommand.SEND_FINISH);
        });
    add(SevCommand.LAUNCH_FINISH, "", s -> s.vm(s.vm, SevCommand.LAUNCH_FINISH, 0, 0));
    add(SevCommand.LAUNCH_FINISH, "once more", s -> s.vm(SevCommand.LAUNCH_FINISH));
    add(SevCommand.GUEST_STATUS, "of a guest that runs", s -> s.vm(SevCommand.GUEST_STATUS));
    add(
        SevCommand.GUEST_STATUS,
        "where it may not be written",
        s -> s.vm(s.vm, SevCommand.GUEST_STATUS, s.caller().readOnly(), s.sev));
  }

  private void debug() {
    for (SevCommand command : List.of(SevCommand.DBG_DECRYPT, SevCommand.DBG_ENCRYPT)) {
      record Piece(String name, long from, long to, long length) {}
      for (Piece piece :
          List.of(
              new Piece("of no length", PAGE, BLOB, 0),
              new Piece("of 16 bytes", PAGE, BLOB, 16),
              new Piece("of odd bytes", PAGE + 5, BLOB + 3, 21),
              new Piece("across pages", PAGE + 4000, BLOB, 256),
              new Piece("longer than memory", PAGE, BLOB, 1 << 20))) {
        add(
            command,
            piece.name(),
            s ->
                s.put(
                        DATA,
                        new KvmSevDbg(
                                s.at((int) piece.from()), s.at((int) piece.to()), piece.length())
                            ::write)
                    .vm(command));
      }
      for (long address : new long[] {0, NOWHERE, KERNEL}) {
        add(
            command,
            "from " + address,
            s -> s.put(DATA, new KvmSevDbg(address, s.at(BLOB), 16)::write).vm(command));
        add(
            command,
            "to " + address,
            s -> s.put(DATA, new KvmSevDbg(s.at(PAGE), address, 16)::write).vm(command));
      }
      add(
          command,
          "to where it may only read",
          s ->
              s.put(DATA, new KvmSevDbg(s.at(PAGE), s.caller().readOnly(), 16)::write).vm(command));
    }
  }

  private static Outcome report(SevCallSituation s, long address, long length) throws Exception {
    return s.put(
            DATA,
            new KvmSevAttestationReport(Arrays.copyOf(content(3), 16), address, length)::write)
        .vm(SevCommand.GET_ATTESTATION_REPORT);
  }

  private void report() {
    SevCommand command = SevCommand.GET_ATTESTATION_REPORT;
    for (int length : new int[] {0, 1, REPORT - 1, TOO_LONG}) {
      add(command, "of length " + length, s -> report(s, s.at(BLOB), length));
    }
    for (long address : new long[] {0, NOWHERE, KERNEL}) {
      add(command, "into " + address, s -> report(s, address, REPORT));
    }
    add(
        command,
        "as it should be",
        s -> {
          s.random(BLOB + REPORT_SIGNATURE, REPORT - REPORT_SIGNATURE);
          return report(s, s.at(BLOB), REPORT);
        });
  }

  private static Outcome sendStart(
      SevCallSituation s, long pdhLength, long platformLength, long amdLength, long sessionLength)
      throws Exception {
    return s.put(
            DATA,
            new KvmSevSendStart(
                    0,
                    s.at(BLOB),
                    pdhLength,
                    s.at(CHAIN),
                    platformLength,
                    s.at(OTHER_PAGE),
                    amdLength,
                    s.at(HEADER),
                    sessionLength)
                ::write)
        .vm(SevCommand.SEND_START);
  }

  private static Outcome sendStart(SevCallSituation s) throws Exception {
    s.put(BLOB, s.kept("pdh")).put(CHAIN, s.kept("chain"));
    s.random(HEADER, SevLimits.SESSION);
    return sendStart(
        s, SevLimits.CERTIFICATE, SevLimits.PLATFORM_CERTIFICATES, AMD_CERTIFICATES, 128);
  }

  private static Outcome sendPage(
      SevCallSituation s,
      long header,
      long headerLength,
      long guest,
      long guestLength,
      long transport,
      long transportLength)
      throws Exception {
    return s.put(
            DATA,
            new KvmSevSendUpdateData(
                    header, headerLength, guest, guestLength, transport, transportLength)
                ::write)
        .vm(SevCommand.SEND_UPDATE_DATA);
  }

  private void send() {
    calls.add(
        new TestedCall(
            SevDeviceCommand.PDH_CERT_EXPORT,
            "of where the guest goes to",
            DeviceCallTable::exportAll));
    SevCommand start = SevCommand.SEND_START;
    add(
        start,
        "of no session",
        s -> {
          s.keep("pdh", BLOB, SevLimits.CERTIFICATE);
          s.keep("chain", CHAIN, SevLimits.PLATFORM_CERTIFICATES);
          return sendStart(s, 2084, 6252, AMD_CERTIFICATES, 0);
        });
    add(start, "without a PDH", s -> sendStart(s, 0, 6252, AMD_CERTIFICATES, 128));
    add(start, "without a chain", s -> sendStart(s, 2084, 0, AMD_CERTIFICATES, 128));
    add(start, "without AMD's chain", s -> sendStart(s, 2084, 6252, 0, 128));
    add(start, "of a short PDH", s -> sendStart(s, 2083, 6252, AMD_CERTIFICATES, 128));
    add(start, "of a short session", s -> sendStart(s, 2084, 6252, AMD_CERTIFICATES, 127));
    add(start, "of a long session", s -> sendStart(s, 2084, 6252, AMD_CERTIFICATES, TOO_LONG));
    add(SevCommand.SEND_CANCEL, "of what is not sent", s -> s.vm(SevCommand.SEND_CANCEL));
    add(start, "as it should be", VmCallTable::sendStart);
    add(start, "once more", VmCallTable::sendStart);
    add(SevCommand.SEND_CANCEL, "", s -> s.vm(SevCommand.SEND_CANCEL));
    add(start, "after the other was cancelled", VmCallTable::sendStart);
    sendPages();
    add(SevCommand.SEND_FINISH, "", s -> s.vm(SevCommand.SEND_FINISH));
    add(SevCommand.SEND_FINISH, "once more", s -> s.vm(SevCommand.SEND_FINISH));
    add(SevCommand.SEND_CANCEL, "of what was sent", s -> s.vm(SevCommand.SEND_CANCEL));
    add(SevCommand.GUEST_STATUS, "of what was sent", s -> s.vm(SevCommand.GUEST_STATUS));
  }

  private void sendPages() {
    SevCommand command = SevCommand.SEND_UPDATE_DATA;
    add(
        command,
        "of no header",
        s -> {
          s.keep("session", HEADER, SevLimits.SESSION);
          return sendPage(s, s.at(HEADER), 0, s.at(PAGE), 4096, s.at(TRANSPORT), 4096);
        });
    add(
        command,
        "of no transport",
        s -> sendPage(s, s.at(HEADER), 52, s.at(PAGE), 4096, s.at(TRANSPORT), 0));
    record Piece(String name, long header, long guest, long guestLength, long transport) {}
    for (Piece wrong :
        List.of(
            new Piece("without a header", 0, PAGE, 4096, TRANSPORT),
            new Piece("without a page", HEADER, 0, 4096, TRANSPORT),
            new Piece("of no length", HEADER, PAGE, 0, TRANSPORT),
            new Piece("without transport", HEADER, PAGE, 4096, 0),
            new Piece("across pages", HEADER, PAGE + 16, 4096, TRANSPORT),
            new Piece("of more than a page", HEADER, PAGE, 4097, TRANSPORT),
            new Piece("of all addresses", HEADER, PAGE + 0xFFF, 0xFFFF_F001L, TRANSPORT),
            new Piece("of odd bytes", HEADER, PAGE, 17, TRANSPORT))) {
      add(
          command,
          wrong.name(),
          s ->
              sendPage(
                  s,
                  address(s, wrong.header()),
                  52,
                  address(s, wrong.guest()),
                  wrong.guestLength(),
                  address(s, wrong.transport()),
                  4096));
    }
    for (long address : new long[] {NOWHERE, KERNEL}) {
      add(
          command,
          "of " + address,
          s -> sendPage(s, s.at(HEADER), 52, address, 4096, s.at(TRANSPORT), 4096));
      add(
          command,
          "transported to " + address,
          s -> sendPage(s, s.at(HEADER), 52, s.at(PAGE), 4096, address, 4096));
      add(
          command,
          "with its header to " + address,
          s -> {
            s.random(TRANSPORT, 4096);
            return sendPage(s, address, 52, s.at(PAGE), 4096, s.at(TRANSPORT), 4096);
          });
    }
    add(
        command,
        "with a short header",
        s -> sendPage(s, s.at(HEADER), 51, s.at(PAGE), 4096, s.at(TRANSPORT), 4096));
    add(
        command,
        "as it should be",
        s -> {
          s.keep("page", PAGE, PAGE_SIZE);
          s.random(HEADER, SevLimits.PACKET_HEADER).random(TRANSPORT, 4096);
          return sendPage(s, s.at(HEADER), 52, s.at(PAGE), 4096, s.at(TRANSPORT), 4096);
        });
  }

  private static long address(SevCallSituation s, long offset) {
    return offset == 0 ? 0 : s.at((int) offset);
  }

  private static Outcome receiveStart(
      SevCallSituation s, long pdh, long pdhLength, long session, long sessionLength)
      throws Exception {
    s.put(DATA, new KvmSevReceiveStart(0, 0, pdh, pdhLength, session, sessionLength)::write);
    return s.vm(s.otherVm, SevCommand.RECEIVE_START, s.at(DATA), s.sev);
  }

  private static Outcome receivePage(SevCallSituation s, long header, long guest, long transport)
      throws Exception {
    s.put(DATA, new KvmSevReceiveUpdateData(header, 52, guest, 4096, transport, 4096)::write);
    return s.vm(s.otherVm, SevCommand.RECEIVE_UPDATE_DATA, s.at(DATA), s.sev);
  }

  private void receive() {
    SevCommand start = SevCommand.RECEIVE_START;
    add(
        SevCommand.INIT,
        "of the VM that receives",
        s -> {
          s.keep("header", HEADER, SevLimits.PACKET_HEADER);
          s.put(BLOB, s.kept("pdh")).put(CHAIN, s.kept("session"));
          return s.vm(s.otherVm, SevCommand.INIT, 0, 0);
        });
    add(start, "without a PDH", s -> receiveStart(s, 0, 2084, s.at(CHAIN), 128));
    add(start, "of a short PDH", s -> receiveStart(s, s.at(BLOB), 2083, s.at(CHAIN), 128));
    add(start, "without a session", s -> receiveStart(s, s.at(BLOB), 2084, 0, 128));
    add(start, "of a short session", s -> receiveStart(s, s.at(BLOB), 2084, s.at(CHAIN), 127));
    add(start, "from nowhere", s -> receiveStart(s, NOWHERE, 2084, s.at(CHAIN), 128));
    add(start, "too long", s -> receiveStart(s, s.at(BLOB), TOO_LONG, s.at(CHAIN), 128));
    add(start, "of another session", s -> receiveStart(s, s.at(BLOB), 2084, s.at(PAGE), 128));
    add(start, "as it should be", s -> receiveStart(s, s.at(BLOB), 2084, s.at(CHAIN), 128));

    SevCommand page = SevCommand.RECEIVE_UPDATE_DATA;
    add(
        page,
        "without a header",
        s -> {
          s.put(PAGE, new byte[PAGE_SIZE]);
          return receivePage(s, 0, s.at(PAGE), s.at(TRANSPORT));
        });
    add(page, "to nowhere", s -> receivePage(s, s.at(HEADER), NOWHERE, s.at(TRANSPORT)));
    add(page, "across pages", s -> receivePage(s, s.at(HEADER), s.at(PAGE + 16), s.at(TRANSPORT)));
    add(
        page,
        "to where it may only read",
        s -> receivePage(s, s.at(HEADER), s.caller().readOnly(), s.at(TRANSPORT)));
    add(page, "from nowhere", s -> receivePage(s, s.at(HEADER), s.at(PAGE), NOWHERE));
    add(page, "of other bytes", s -> receivePage(s, s.at(HEADER), s.at(PAGE), s.at(OTHER_PAGE)));
    // What was sealed at random is opened: the page that comes out is compared byte by byte.
    add(page, "as it should be", s -> receivePage(s, s.at(HEADER), s.at(PAGE), s.at(TRANSPORT)));
    add(
        SevCommand.RECEIVE_FINISH,
        "of a guest that is not received",
        s -> s.vm(SevCommand.RECEIVE_FINISH));
    add(
        SevCommand.RECEIVE_FINISH,
        "",
        s -> {
          if (!Arrays.equals(s.kept("page"), s.get(PAGE, PAGE_SIZE))) {
            throw new AssertionError("the page that was received is not the one that was sent");
          }
          return s.vm(s.otherVm, SevCommand.RECEIVE_FINISH, 0, 0);
        });
    add(
        SevCommand.GUEST_STATUS,
        "of what was received",
        s -> s.vm(s.otherVm, SevCommand.GUEST_STATUS, s.at(DATA), 0));
  }

  private void end() {
    add(
        SevCommand.GUEST_STATUS,
        "of a VM whose descriptor is closed",
        s -> {
          s.caller().closeFile(s.vm);
          return s.vm(SevCommand.GUEST_STATUS);
        });
    add(
        SevCommand.GUEST_STATUS,
        "when the device is closed",
        s -> {
          s.caller().closeFile(s.sev);
          return s.vm(s.otherVm, SevCommand.GUEST_STATUS, s.at(DATA), 0);
        });
  }
}
