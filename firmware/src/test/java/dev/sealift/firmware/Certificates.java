package dev.sealift.firmware;

import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.cert.SevCertificate;
import java.nio.ByteBuffer;

/** The certificates of a command, each to be spoilt by itself and put in place at last. */
final class Certificates {
  SevCertificate pdh = TableFixtures.TARGET.pdh().certificate();
  SevCertificate pek = TableFixtures.TARGET.pek().certificate();
  SevCertificate oca = TableFixtures.TARGET.oca();
  SevCertificate cek = TableFixtures.TARGET_CEK;
  byte[] ask = Roots.model().ask().bytes();
  byte[] ark = Roots.model().ark().bytes();
  boolean malformedAmd;

  /** PEK, OCA and CEK. */
  byte[] platform() {
    return ByteBuffer.allocate(6252).put(pek.bytes()).put(oca.bytes()).put(cek.bytes()).array();
  }

  /** ASK and ARK. */
  byte[] amd() {
    return malformedAmd ? new byte[3200] : ByteBuffer.allocate(3200).put(ask).put(ark).array();
  }

  /** Writes them where the command says they are; a place that is nowhere is left alone. */
  void place(Scenario scenario) {
    if (scenario.row.command() == PspCommand.SEND_START) {
      put(scenario, "pdh_cert_address", pdh.bytes());
      put(scenario, "plat_certs_address", platform());
      put(scenario, "amd_certs_address", amd());
    } else if (scenario.row.command() == PspCommand.PEK_CERT_IMPORT) {
      put(scenario, "pek_cert_address", pek.bytes());
      put(scenario, "oca_cert_address", oca.bytes());
    }
  }

  private static void put(Scenario scenario, String field, byte[] content) {
    long address = scenario.get(field);
    if (address >= TestMachine.RAM) {
      scenario.machine.memory.write(address, content);
    }
  }
}
