package dev.sealift.interpose;

import static dev.sealift.abi.sev.SevDeviceCommand.FACTORY_RESET;
import static dev.sealift.abi.sev.SevDeviceCommand.GET_ID;
import static dev.sealift.abi.sev.SevDeviceCommand.GET_ID2;
import static dev.sealift.abi.sev.SevDeviceCommand.PDH_CERT_EXPORT;
import static dev.sealift.abi.sev.SevDeviceCommand.PDH_GEN;
import static dev.sealift.abi.sev.SevDeviceCommand.PEK_CERT_IMPORT;
import static dev.sealift.abi.sev.SevDeviceCommand.PEK_CSR;
import static dev.sealift.abi.sev.SevDeviceCommand.PEK_GEN;
import static dev.sealift.abi.sev.SevDeviceCommand.PLATFORM_STATUS;
import static dev.sealift.abi.sev.SevDeviceCommand.SNP_COMMIT;
import static dev.sealift.abi.sev.SevDeviceCommand.SNP_PLATFORM_STATUS;
import static dev.sealift.abi.sev.SevDeviceCommand.SNP_SET_CONFIG;
import static dev.sealift.abi.sev.SevDeviceCommand.SNP_VLEK_LOAD;
import static dev.sealift.interpose.SevCallSituation.BLOB;
import static dev.sealift.interpose.SevCallSituation.CHAIN;
import static dev.sealift.interpose.SevCallSituation.DATA;
import static dev.sealift.interpose.SevCallSituation.KERNEL;
import static dev.sealift.interpose.SevCallSituation.NOWHERE;

import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.abi.sev.SevIoctl;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.abi.sev.SevUserDataGetId2;
import dev.sealift.abi.sev.SevUserDataPdhCertExport;
import dev.sealift.abi.sev.SevUserDataPekCertImport;
import dev.sealift.abi.sev.SevUserDataPekCsr;
import dev.sealift.crypto.cert.OwnerAuthority;
import dev.sealift.crypto.cert.SevCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every command of /dev/sev, as it should be called and as it should not. */
final class DeviceCallTable {
  private static final int CERTIFICATE = SevLimits.CERTIFICATE;
  private static final int CHAIN_LENGTH = SevLimits.PLATFORM_CERTIFICATES;
  private static final int TOO_LONG = SevLimits.FIRMWARE_BLOB_MAX + 1;
  private static final int SIGNATURES = CERTIFICATE - SevCertificate.BODY;

  /** Those that no call of the table can make succeed, and why. */
  static final Map<SevDeviceCommand, String> NEVER_SUCCEED =
      Map.of(
          SNP_PLATFORM_STATUS, "the platform is not initialised for SEV-SNP",
          SNP_COMMIT, "the platform is not initialised for SEV-SNP",
          SNP_SET_CONFIG, "the platform is not initialised for SEV-SNP",
          SNP_VLEK_LOAD, "the platform is not initialised for SEV-SNP");

  private final List<TestedCall> calls = new ArrayList<>();
  private final OwnerAuthority owner;

  private DeviceCallTable(OwnerAuthority owner) {
    this.owner = owner;
  }

  /** The calls, in their order. */
  static List<TestedCall> calls(OwnerAuthority owner) {
    DeviceCallTable table = new DeviceCallTable(owner);
    table.badCalls();
    table.status();
    table.ids();
    table.readOnly();
    table.certificates();
    table.ownership();
    table.others();
    return table.calls;
  }

  private void add(SevDeviceCommand command, String way, TestedCall.Step step) {
    calls.add(new TestedCall(command, way, step));
  }

  /** The command with its parameters at addresses where they cannot be. */
  private void badPointers(SevDeviceCommand command) {
    add(command, "with its parameters at 0", s -> s.device(command, 0));
    add(command, "with its parameters nowhere", s -> s.device(command, NOWHERE));
    add(command, "with its parameters in the kernel", s -> s.device(command, KERNEL));
    add(
        command,
        "with its parameters half in memory",
        s -> s.device(command, s.at(SevCaller.MEMORY_SIZE - 4)));
    add(
        command,
        "with its parameters where it may not write",
        s -> s.device(command, s.caller().readOnly()));
  }

  private void badCalls() {
    for (long address : new long[] {0, NOWHERE, KERNEL, -1}) {
      calls.add(
          new TestedCall(
              null, "a command at " + address, s -> s.ioctl(s.sev, SevIoctl.ISSUE_CMD, address)));
    }
    calls.add(
        new TestedCall(
            null,
            "a command half in memory",
            s -> s.ioctl(s.sev, SevIoctl.ISSUE_CMD, s.at(SevCaller.MEMORY_SIZE - 8))));
    calls.add(
        new TestedCall(
            null,
            "a command that may not be written back",
            s -> s.ioctl(s.sev, SevIoctl.ISSUE_CMD, s.caller().readOnly())));
    calls.add(
        new TestedCall(
            null, "a command on no file", s -> s.ioctl(-1, SevIoctl.ISSUE_CMD, s.at(DATA))));
    for (int number : new int[] {13, 14, 99, 0x100, -1, Integer.MIN_VALUE}) {
      calls.add(new TestedCall(null, "command " + number, s -> s.device(number)));
    }
  }

  private void status() {
    add(PLATFORM_STATUS, "before anything else", s -> s.device(PLATFORM_STATUS, s.at(DATA)));
    badPointers(PLATFORM_STATUS);
    add(
        PLATFORM_STATUS,
        "of a file open for reading",
        s -> s.device(s.sevReadOnly, PLATFORM_STATUS, s.at(DATA)));
  }

  private void ids() {
    add(GET_ID, "into memory", s -> s.device(GET_ID, s.at(DATA)));
    badPointers(GET_ID);
    badPointers(GET_ID2);
    for (int length : new int[] {0, 1, 63, 64, 127, 128, 2048}) {
      add(
          GET_ID2,
          "of length " + length,
          s -> {
            s.put(DATA, new SevUserDataGetId2(s.at(BLOB), length)::write);
            return s.device(GET_ID2, s.at(DATA));
          });
    }
    for (long address : new long[] {0, NOWHERE, KERNEL}) {
      add(
          GET_ID2,
          "into " + address,
          s -> {
            s.put(DATA, new SevUserDataGetId2(address, 128)::write);
            return s.device(GET_ID2, s.at(DATA));
          });
    }
    add(
        GET_ID2,
        "longer than memory can be",
        s -> {
          s.put(DATA, new SevUserDataGetId2(s.at(BLOB), 0xFFFF_FFFFL)::write);
          return s.device(GET_ID2, s.at(DATA));
        });
  }

  /** Through a file that is not open for writing, on a platform that is not initialised. */
  private void readOnly() {
    for (SevDeviceCommand command : SevDeviceCommand.values()) {
      add(
          command,
          "of a file open for reading",
          s -> {
            s.put(DATA, new byte[64]);
            return s.device(s.sevReadOnly, command, s.at(DATA));
          });
    }
  }

  private void certificates() {
    badPointers(PEK_CSR);
    badPointers(PDH_CERT_EXPORT);
    badPointers(PEK_CERT_IMPORT);
    add(PDH_GEN, "", s -> s.device(PDH_GEN, 0));
    add(PEK_GEN, "", s -> s.device(PEK_GEN, 0));
    for (int length : new int[] {0, 1, CERTIFICATE - 1, CERTIFICATE, 4096, TOO_LONG}) {
      add(PEK_CSR, "of length " + length, s -> request(s, s.at(BLOB), length));
    }
    for (long address : new long[] {0, NOWHERE, KERNEL}) {
      add(PEK_CSR, "into " + address, s -> request(s, address, CERTIFICATE));
    }
    exports();
  }

  private static SevCaller.Outcome request(SevCallSituation s, long address, long length)
      throws Exception {
    s.put(DATA, new SevUserDataPekCsr(address, length)::write);
    return s.device(PEK_CSR, s.at(DATA));
  }

  private void exports() {
    record Lengths(int pdh, int chain) {}
    for (Lengths wrong :
        List.of(
            new Lengths(0, 0),
            new Lengths(0, CHAIN_LENGTH),
            new Lengths(CERTIFICATE, 0),
            new Lengths(CERTIFICATE - 1, CHAIN_LENGTH),
            new Lengths(CERTIFICATE, CHAIN_LENGTH - 1),
            new Lengths(TOO_LONG, CHAIN_LENGTH),
            new Lengths(CERTIFICATE, TOO_LONG))) {
      add(
          PDH_CERT_EXPORT,
          "of lengths %d and %d".formatted(wrong.pdh(), wrong.chain()),
          s -> export(s, s.at(BLOB), wrong.pdh(), s.at(CHAIN), wrong.chain()));
    }
    for (long address : new long[] {0, NOWHERE, KERNEL}) {
      add(
          PDH_CERT_EXPORT,
          "of the PDH into " + address,
          s -> export(s, address, CERTIFICATE, s.at(CHAIN), CHAIN_LENGTH));
      add(
          PDH_CERT_EXPORT,
          "of the chain into " + address,
          s -> {
            s.random(BLOB + SevCertificate.BODY, SIGNATURES);
            return export(s, s.at(BLOB), CERTIFICATE, address, CHAIN_LENGTH);
          });
    }
    add(PDH_CERT_EXPORT, "as it should be", DeviceCallTable::exportAll);
  }

  private static SevCaller.Outcome export(
      SevCallSituation s, long pdh, long pdhLength, long chain, long chainLength) throws Exception {
    s.put(DATA, new SevUserDataPdhCertExport(pdh, pdhLength, chain, chainLength)::write);
    return s.device(PDH_CERT_EXPORT, s.at(DATA));
  }

  /** The signatures of all four certificates are random. */
  static SevCaller.Outcome exportAll(SevCallSituation s) throws Exception {
    s.put(BLOB, new byte[CERTIFICATE]).put(CHAIN, new byte[CHAIN_LENGTH]);
    s.random(BLOB + SevCertificate.BODY, SIGNATURES);
    for (int at = 0; at < CHAIN_LENGTH; at += CERTIFICATE) {
      s.random(CHAIN + at + SevCertificate.BODY, SIGNATURES);
    }
    return export(s, s.at(BLOB), CERTIFICATE, s.at(CHAIN), CHAIN_LENGTH);
  }

  private void ownership() {
    add(
        PEK_CSR,
        "to be signed",
        s -> {
          s.put(BLOB, new byte[CERTIFICATE]);
          return request(s, s.at(BLOB), CERTIFICATE);
        });
    for (int length : new int[] {0, CERTIFICATE - 1, TOO_LONG}) {
      add(
          PEK_CERT_IMPORT,
          "of length " + length,
          s -> {
            s.keep("csr", BLOB, CERTIFICATE);
            return importPek(s, s.at(BLOB), length, s.at(CHAIN), CERTIFICATE);
          });
    }
    for (long address : new long[] {0, NOWHERE, KERNEL}) {
      add(
          PEK_CERT_IMPORT,
          "from " + address,
          s -> importPek(s, address, CERTIFICATE, s.at(CHAIN), CERTIFICATE));
      add(
          PEK_CERT_IMPORT,
          "of an owner at " + address,
          s -> importPek(s, s.at(BLOB), CERTIFICATE, address, CERTIFICATE));
    }
    add(
        PEK_CERT_IMPORT,
        "that nobody has signed",
        s -> importPek(s, s.at(BLOB), CERTIFICATE, s.at(CHAIN), CERTIFICATE));
    for (String way : new String[] {"as it should be", "once more"}) {
      add(
          PEK_CERT_IMPORT,
          way,
          s -> {
            SevCertificate signed = owner.sign(SevCertificate.parse(s.kept("csr")));
            s.put(BLOB, signed.bytes()).put(CHAIN, owner.certificate().bytes());
            return importPek(s, s.at(BLOB), CERTIFICATE, s.at(CHAIN), CERTIFICATE);
          });
    }
    add(PDH_CERT_EXPORT, "of an owned platform", DeviceCallTable::exportAll);
    add(PLATFORM_STATUS, "of an owned platform", s -> s.device(PLATFORM_STATUS, s.at(DATA)));
  }

  private static SevCaller.Outcome importPek(
      SevCallSituation s, long pek, long pekLength, long oca, long ocaLength) throws Exception {
    s.put(DATA, new SevUserDataPekCertImport(pek, pekLength, oca, ocaLength)::write);
    return s.device(PEK_CERT_IMPORT, s.at(DATA));
  }

  private void others() {
    for (SevDeviceCommand command :
        List.of(SNP_PLATFORM_STATUS, SNP_COMMIT, SNP_SET_CONFIG, SNP_VLEK_LOAD)) {
      add(command, "without SEV-SNP", s -> s.device(command, s.at(DATA)));
      badPointers(command);
    }
    add(FACTORY_RESET, "", s -> s.device(FACTORY_RESET, 0));
    add(PLATFORM_STATUS, "after the reset", s -> s.device(PLATFORM_STATUS, s.at(DATA)));
    add(
        PLATFORM_STATUS,
        "of a file that is closed",
        s -> {
          int fd = s.caller().open(true);
          s.caller().closeFile(fd);
          return s.device(fd, PLATFORM_STATUS, s.at(DATA));
        });
  }
}
