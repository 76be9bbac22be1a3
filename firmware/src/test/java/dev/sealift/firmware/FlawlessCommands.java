package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.PAGE;
import static dev.sealift.firmware.TestMachine.randomBytes;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.psp.SwapOutBuffer;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Fills the buffers of flawless commands. */
final class FlawlessCommands {

  private FlawlessCommands() {}

  static void fill(Scenario s) {
    if (s.has("handle") && s.takesGuest()) {
      s.set("handle", s.handle);
    }
    switch (s.row.command()) {
      case INIT, INIT_EX -> init(s);
      case PEK_CSR -> out(s, "address", "len", 2084);
      case PEK_CERT_IMPORT -> pekCertImport(s);
      case PDH_CERT_EXPORT -> {
        out(s, "pdh_cert_address", "pdh_cert_len", 2084);
        out(s, "cert_chain_address", "cert_chain_len", 6252);
      }
      case DOWNLOAD_FIRMWARE -> out(s, "address", "len", 4096);
      case GET_ID -> out(s, "address", "len", 64);
      case RING_BUFFER ->
          new TestQueues(s.machine).flawless().write(MemorySegment.ofArray(s.buffer));
      case GUEST_STATUS -> s.set("handle", 999);
      case ACTIVATE -> s.set("asid", Scenario.FREE_ASID);
      case ACTIVATE_EX -> {
        s.set("ex_len", 24);
        s.set("asid", Scenario.FREE_ASID);
        s.set("numids", 2);
        s.set("ids_address", s.machine.room(8));
      }
      case COPY -> {
        out(s, "src_address", "len", 2 * PAGE);
        out(s, "dst_address", "len", 2 * PAGE);
      }
      case LAUNCH_START -> start(s, "dh_cert_address", "dh_cert_len");
      case RECEIVE_START -> start(s, "pdh_cert_address", "pdh_cert_len");
      case LAUNCH_UPDATE_DATA, LAUNCH_UPDATE_VMSA -> {
        s.set("address", s.machine.place(randomBytes(PAGE, 3)));
        s.set("len", PAGE);
      }
      case LAUNCH_MEASURE -> out(s, "address", "len", 48);
      case LAUNCH_SECRET -> secret(s);
      case ATTESTATION -> out(s, "address", "len", 208);
      case SEND_START -> sendStart(s);
      case SEND_UPDATE_DATA -> sendUpdate(s, s.machine.place(randomBytes(PAGE, 5)));
      case SEND_UPDATE_VMSA -> sendUpdate(s, s.vmsa == 0 ? s.machine.room(PAGE) : s.vmsa);
      case RECEIVE_UPDATE_DATA -> receiveUpdate(s, PacketEngine.DATA);
      case RECEIVE_UPDATE_VMSA -> receiveUpdate(s, PacketContext.vmsa(s.profile));
      case DBG_DECRYPT, DBG_ENCRYPT -> {
        s.set("src_addr", s.machine.place(randomBytes(PAGE, 6)));
        s.set("dst_addr", s.machine.room(PAGE));
        s.set("len", PAGE);
      }
      case SWAP_OUT -> swap(s);
      case SWAP_IN -> swapIn(s);
      default -> {
        // no buffer, or only a handle
      }
    }
  }

  private static void out(Scenario s, String address, String len, int length) {
    s.set(address, s.machine.room(length));
    s.set(len, length);
  }

  private static void init(Scenario s) {
    s.set("flags", 1);
    s.set("tmr_address", Scenario.TMR);
    s.set("tmr_len", 1 << 20);
    if (s.row.command() == PspCommand.INIT_EX) {
      s.set("length", 36);
      s.set("nv_address", Scenario.LARGE_PAGE);
      s.set("nv_len", IdentityArea.SIZE);
      byte[] area = new byte[IdentityArea.SIZE];
      Arrays.fill(area, (byte) 0xFF);
      s.machine.memory.write(Scenario.LARGE_PAGE, area);
    }
  }

  private static void pekCertImport(Scenario s) {
    s.certificates.oca = TableFixtures.OWNER.certificate();
    s.certificates.pek = TableFixtures.OWNER.sign(TableFixtures.SELF_OWNED.pek().certificate());
    out(s, "pek_cert_address", "pek_cert_len", 2084);
    out(s, "oca_cert_address", "oca_cert_len", 2084);
  }

  private static void start(Scenario s, String address, String len) {
    s.set("policy", s.policy.word());
    s.set(address, s.machine.place(TableFixtures.PEER_CERTIFICATE.bytes()));
    s.set(len, 2084);
    s.set("session_address", s.machine.place(TableFixtures.session(s.policy, s.identity).blob()));
    s.set("session_len", 128);
  }

  private static void secret(Scenario s) {
    LaunchSecret.Packed packed =
        LaunchSecret.pack(
            TransportKeys.zero(),
            s.profile.api(),
            Arrays.copyOf(s.measurement, 32),
            randomBytes(4096, 8));
    packet(s, packed.header(), packed.ciphertext());
  }

  private static void receiveUpdate(Scenario s, int context) {
    byte[] header = new byte[52];
    byte[] ciphertext = new byte[PAGE];
    TransportKeys keys =
        s.guestState == GuestState.RUPDATE
            ? TableFixtures.session(s.policy, s.identity).keys()
            : TransportKeys.zero();
    try (PacketEngine engine = new JdkPacketEngine(keys)) {
      engine.seal(
          context,
          MemorySegment.ofArray(randomBytes(PAGE, 9)),
          MemorySegment.ofArray(ciphertext),
          MemorySegment.ofArray(header));
    }
    packet(s, header, ciphertext);
  }

  private static void packet(Scenario s, byte[] header, byte[] ciphertext) {
    s.set("hdr_address", s.machine.place(header));
    s.set("hdr_len", 52);
    s.set("guest_address", s.machine.room(PAGE));
    s.set("guest_len", ciphertext.length);
    s.set("trans_address", s.machine.place(ciphertext));
    s.set("trans_len", ciphertext.length);
  }

  private static void sendStart(Scenario s) {
    out(s, "pdh_cert_address", "pdh_cert_len", 2084);
    out(s, "plat_certs_address", "plat_certs_len", 6252);
    out(s, "amd_certs_address", "amd_certs_len", 3200);
    out(s, "session_address", "session_len", 128);
  }

  private static void sendUpdate(Scenario s, long page) {
    out(s, "hdr_address", "hdr_len", 52);
    // More room than data: a length that is written back is seen.
    out(s, "trans_address", "trans_len", PAGE + 32);
    s.set("guest_address", page);
    s.set("guest_len", PAGE);
  }

  private static void swap(Scenario s) {
    s.set("src_address", s.machine.place(randomBytes(PAGE, 10)));
    s.set("dst_address", s.machine.room(PAGE));
    s.set("mdata_address", s.machine.room(PAGE));
  }

  private static void swapIn(Scenario s) {
    swap(s);
    if (s.handle != 999) {
      long sealed = s.machine.room(PAGE);
      TestMachine.succeeded(
          s.machine.send(
              PspCommand.SWAP_OUT,
              SwapOutBuffer.LAYOUT,
              new SwapOutBuffer(
                      s.handle, 0, s.get("src_address"), sealed, s.get("mdata_address"), 7)
                  ::write));
      s.set("src_address", sealed);
    }
  }
}
