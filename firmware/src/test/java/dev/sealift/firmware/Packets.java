package dev.sealift.firmware;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Changes packets whose MAC is to hold nevertheless. */
final class Packets {

  private Packets() {}

  /** Seals the packet of a RECEIVE_UPDATE command anew, as long as the command says. */
  static void sealAgain(Scenario s) {
    if (s.guestState != GuestState.RUPDATE || s.get("hdr_address") < TestMachine.RAM) {
      return;
    }
    int length = (int) s.get("guest_len");
    byte[] header = new byte[52];
    byte[] ciphertext = new byte[length];
    int context =
        s.row.command() == PspCommand.RECEIVE_UPDATE_VMSA
            ? PacketContext.vmsa(s.profile)
            : PacketEngine.DATA;
    try (PacketEngine engine =
        new JdkPacketEngine(TableFixtures.session(s.policy, s.identity).keys())) {
      engine.seal(
          context,
          MemorySegment.ofArray(new byte[length]),
          MemorySegment.ofArray(ciphertext),
          MemorySegment.ofArray(header));
    }
    s.machine.memory.write(s.get("hdr_address"), header);
    if (s.get("trans_address") >= TestMachine.RAM) {
      s.machine.memory.write(s.get("trans_address"), ciphertext);
    }
  }

  /**
   * Says that the data is compressed; of a secret the flag is looked at only if it is authentic.
   */
  static void compress(Scenario s) {
    long address = s.get("hdr_address");
    if (address < TestMachine.RAM) {
      return;
    }
    byte[] header = s.machine.memory.read(address, 52);
    header[0] |= 1;
    long data = s.get("trans_address");
    if (s.row.command() == PspCommand.LAUNCH_SECRET && data >= TestMachine.RAM) {
      byte[] mac = secretMac(s, header, s.machine.memory.read(data, 4096));
      System.arraycopy(mac, 0, header, 20, mac.length);
    }
    s.machine.memory.write(address, header);
  }

  private static byte[] secretMac(Scenario s, byte[] header, byte[] ciphertext) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(TransportKeys.zero().tik().reveal(), "HmacSHA256"));
      mac.update((byte) 1);
      mac.update(header, 0, 20);
      byte[] length =
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(ciphertext.length).array();
      mac.update(length);
      mac.update(length);
      mac.update(ciphertext);
      mac.update(s.measurement, 0, 32);
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new AssertionError(e);
    }
  }
}
