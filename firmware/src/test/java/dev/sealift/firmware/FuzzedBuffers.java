package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.PAGE;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.PacketEngine;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Command buffers by chance: every field has a value that makes sense, and now and then one that
 * does not. Memory holds what the sensible addresses name: certificates, a session, a packet.
 */
final class FuzzedBuffers {
  private static final long[] LENGTHS = {
    0,
    1,
    15,
    16,
    32,
    48,
    51,
    52,
    53,
    64,
    127,
    128,
    129,
    208,
    2083,
    2084,
    3200,
    4096,
    6252,
    8192,
    16384,
    20480,
    20496,
    0x10_0000,
    0x7FFF_FFFFL,
    0xFFFF_FFFFL
  };
  private static final long[] ADDRESSES = {
    0,
    TestMachine.NOWHERE,
    0x9FFFF,
    0xA0000,
    TestMachine.RAM - 1,
    TestMachine.RAM + TestMachine.RAM_SIZE - 8,
    Scenario.TMR,
    0x3FFC_FFFF_F000L,
    1L << 46,
    -1,
    Long.MIN_VALUE
  };

  private final TestMachine machine;
  private final Random random;
  private final Map<String, Long> addresses = new HashMap<>();
  private final Map<Long, byte[]> documents = new HashMap<>();
  private final long[] pages = new long[8];

  FuzzedBuffers(TestMachine machine, Random random) {
    this.machine = machine;
    this.random = random;
    for (int i = 0; i < pages.length; i++) {
      pages[i] = machine.room(PAGE);
    }
    Certificates target = new Certificates();
    GuestPolicy policy = new GuestPolicy(0);
    var session = TableFixtures.session(policy, TableFixtures.SELF_OWNED);
    byte[] header = new byte[52];
    byte[] ciphertext = new byte[PAGE];
    try (PacketEngine engine = new JdkPacketEngine(session.keys())) {
      engine.seal(
          PacketEngine.DATA,
          MemorySegment.ofArray(new byte[PAGE]),
          MemorySegment.ofArray(ciphertext),
          MemorySegment.ofArray(header));
    }
    document(TableFixtures.PEER_CERTIFICATE.bytes(), "dh_cert_address", "pdh_cert_address");
    document(session.blob(), "session_address");
    document(target.platform(), "plat_certs_address");
    document(target.amd(), "amd_certs_address");
    document(
        TableFixtures.OWNER.sign(TableFixtures.SELF_OWNED.pek().certificate()).bytes(),
        "pek_cert_address");
    document(TableFixtures.OWNER.certificate().bytes(), "oca_cert_address");
    document(header, "hdr_address");
    document(ciphertext, "trans_address");
    document(new byte[6252], "cert_chain_address");
    document(new byte[IdentityArea.SIZE], "nv_address");
    for (String ring :
        new String[] {"q_lo_cmd_ptr", "q_lo_stat_val", "q_hi_cmd_ptr", "q_hi_stat_val"}) {
      addresses.put(ring, machine.room(PAGE));
    }
    addresses.put("tmr_address", Scenario.TMR);
  }

  private void document(byte[] content, String... fields) {
    long address = machine.room(content.length);
    documents.put(address, content);
    for (String field : fields) {
      addresses.put(field, address);
    }
  }

  /** Writes every document anew: commands write anywhere. */
  void placeDocuments() {
    documents.forEach(machine.memory::write);
  }

  /** Where a sensible command's field points to. */
  long address(String field) {
    Long known = addresses.get(field);
    return known == null ? pages[random.nextInt(pages.length)] : known;
  }

  /** A buffer for a command. */
  byte[] buffer(PspCommand command, StructLayout layout) {
    byte[] bytes = new byte[layout.size()];
    int chance = random.nextInt(4);
    if (chance == 0 && random.nextBoolean()) {
      random.nextBytes(bytes);
      return bytes;
    }
    MemorySegment buffer = MemorySegment.ofArray(bytes);
    long length = random.nextInt(4) == 0 ? 16L * random.nextInt(1, 8) : PAGE;
    for (Field field : layout.fields()) {
      boolean wild = chance == 0 && random.nextInt(3) == 0;
      switch (field) {
        case Field.U8 u8 -> u8.set(buffer, wild ? random.nextInt(256) : 1);
        case Field.U16 u16 -> u16.set(buffer, wild ? random.nextInt(1 << 16) : random.nextInt(2));
        case Field.U32 u32 ->
            u32.setUnsigned(
                buffer, wild ? wildNumber() : sensibleNumber(command, u32.name(), length));
        case Field.U64 u64 -> u64.set(buffer, wild ? wildAddress() : sensibleAddress(u64.name()));
        case Field.Bytes other -> {
          // a nonce: any bytes are as good
        }
      }
    }
    return bytes;
  }

  private long sensibleNumber(PspCommand command, String field, long length) {
    return switch (field) {
      case "handle" ->
          switch (command) {
            // A new guest shares its key with no other, most of the time.
            case LAUNCH_START, RECEIVE_START -> random.nextInt(4) == 0 ? random.nextInt(4) : 0;
            default -> anyHandle();
          };
      case "asid" -> random.nextInt(1, 9);
      case "policy" ->
          new long[] {0, 0, 0, 1, 2, 4, 4, 8, 0x10, 0x20, 0x30, 0x38_0001}[random.nextInt(12)];
      case "flags" -> random.nextInt(2);
      case "session_len" -> 128;
      case "hdr_len" -> 52;
      case "dh_cert_len", "pdh_cert_len", "pek_cert_len", "oca_cert_len" -> 2084;
      case "plat_certs_len", "cert_chain_len" -> 6252;
      case "amd_certs_len" -> 3200;
      case "tmr_len" -> 1 << 20;
      case "nv_len" -> IdentityArea.SIZE;
      case "numids" -> random.nextInt(3);
      case "length" -> 36;
      case "ex_len" -> 24;
      case "len" ->
          switch (command) {
            case LAUNCH_MEASURE -> 48;
            case PEK_CSR -> 2084;
            default -> length;
          };
      default -> length;
    };
  }

  private int anyHandle() {
    List<Guest> guests = machine.processor.platform().guests().all();
    return guests.isEmpty() ? 1 : guests.get(random.nextInt(guests.size())).handle();
  }

  private long sensibleAddress(String field) {
    // Without an owner, and with the identity in the flash, unless chance wants otherwise.
    if ((field.equals("dh_cert_address") || field.equals("nv_address")) && random.nextBoolean()) {
      return 0;
    }
    return address(field) | (random.nextInt(4) == 0 ? TestMachine.C_BIT : 0);
  }

  private long wildNumber() {
    return random.nextInt(4) == 0
        ? random.nextInt() & 0xFFFF_FFFFL
        : LENGTHS[random.nextInt(LENGTHS.length)];
  }

  /** An address for anything. */
  long wildAddress() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> ADDRESSES[random.nextInt(ADDRESSES.length)];
      case 2 -> TestMachine.RAM + random.nextInt(TestMachine.RAM_SIZE);
      default -> address("any") + random.nextInt(-64, 64);
    };
  }
}
