package dev.sealift.crypto;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import jdk.incubator.vector.IntVector;

/**
 * The packet engine that hashes sixteen pages at once, for processors with 512-bit vectors. One
 * SHA-256 is a chain in which every step waits for the one before; sixteen of them keep the
 * processor busy.
 *
 * <p>Sixteen slots hold what is hashed, each laid out so that prefix, ciphertext and padding stand
 * as the hash wants them:
 *
 * <pre>
 *   offset  35        64                      4160       4187          4195
 *          +---------+-----------------------+----------+-------------+
 *          | prefix  | ciphertext            | 0x80 0.. | bit length  |     65 blocks from 35 on
 *          +---------+-----------------------+----------+-------------+
 * </pre>
 *
 * <p>A slot takes 4224 bytes, no multiple of a page, so that sixteen equal places fall into
 * different sets of the first cache. Packets that are no whole page, and what is left over of a
 * group, go through a {@link JdkPacketEngine} with the same keys: the bytes are the same.
 *
 * <p>Needs the module jdk.incubator.vector. Confined to one thread.
 */
final class VectorPacketEngine implements PacketEngine {
  private static final int LANES = Sha256Lanes.LANES;

  /** Fewer pages go faster one by one, as sixteen lanes take their time even if some are idle. */
  private static final int WORTHWHILE = 8;

  private static final int SLOT = 4224;
  private static final int PREFIX = 35;
  private static final int DATA_AT = 64;
  private static final int PADDING = DATA_AT + Pages.SIZE;
  private static final int BLOCKS = 65;
  private static final int BIT_LENGTH = PREFIX + BLOCKS * Sha256Lanes.BLOCK - Long.BYTES;

  private static final int FLAGS_AT = PREFIX + 1;
  private static final int IV_AT = FLAGS_AT + PacketHeader.IV_OFFSET;
  private static final int GUEST_LENGTH = FLAGS_AT + PacketHeader.MAC_OFFSET;
  private static final int TRANSPORT_LENGTH = GUEST_LENGTH + Integer.BYTES;

  /** Counter values that a page takes. */
  private static final long PAGE_BLOCKS = Pages.SIZE / AesCtr.BLOCK;

  /** Bytes that the inner hash takes: the key's block, prefix and page. */
  private static final long INNER_BYTES = Sha256Lanes.BLOCK + DATA_AT - PREFIX + Pages.SIZE;

  /** Bytes that the outer hash takes: the key's block and the inner digest. */
  private static final int OUTER_BYTES = Sha256Lanes.BLOCK + HmacSha256.SIZE;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final JdkPacketEngine single;
  private final AesCtr cipher;
  private final IvSequence ivs;
  private final Sha256Lanes lanes = new Sha256Lanes();
  private final int[] innerKey = new int[Sha256Lanes.STATE_WORDS];
  private final int[] outerKey = new int[Sha256Lanes.STATE_WORDS];
  private final int[] innerDigests = new int[Sha256Lanes.STATE_WORDS];
  private final byte[] slots = new byte[LANES * SLOT];
  private final MemorySegment[] slotData = new MemorySegment[LANES];
  private final byte[] page = new byte[Pages.SIZE];
  private final MemorySegment plain = MemorySegment.ofArray(page);
  private final byte[] header = new byte[PacketHeader.SIZE];
  private final MemorySegment headerMemory = MemorySegment.ofArray(header);
  private final byte[] givenMacs = new byte[LANES * HmacSha256.SIZE];
  private final byte[] firstIv = new byte[IvSequence.SIZE];
  private final byte[] mac = new byte[HmacSha256.SIZE];
  private final byte[] givenMac = new byte[HmacSha256.SIZE];

  /** An engine with copies of these keys, which draws its IVs from them. */
  VectorPacketEngine(TransportKeys keys) {
    single = new JdkPacketEngine(keys);
    cipher = keys.tek().open(AesCtr::new);
    ivs = keys.ivs();
    keys.tik().open(this::hashKey);
    for (int lane = 0; lane < LANES; lane++) {
      int slot = lane * SLOT;
      slotData[lane] = MemorySegment.ofArray(slots).asSlice(slot + DATA_AT, Pages.SIZE);
      INT.set(slots, slot + GUEST_LENGTH, Pages.SIZE);
      INT.set(slots, slot + TRANSPORT_LENGTH, Pages.SIZE);
      slots[slot + PADDING] = (byte) 0x80;
      LONG.set(slots, slot + BIT_LENGTH, INNER_BYTES * Byte.SIZE);
    }
  }

  /** Why this engine cannot run here although the module is there; empty if it can. */
  static Optional<String> obstacle() {
    int lanes = IntVector.SPECIES_PREFERRED.length();
    return lanes >= LANES
        ? Optional.empty()
        : Optional.of(
            "this processor's vectors have %d bits, and the engine wants 512 (AVX-512)"
                .formatted(lanes * Integer.SIZE));
  }

  private boolean hashKey(byte[] tik) {
    hashKeyBlock(tik, (byte) 0x36, innerKey);
    hashKeyBlock(tik, (byte) 0x5c, outerKey);
    return true;
  }

  private static void hashKeyBlock(byte[] tik, byte pad, int[] into) {
    byte[] block = new byte[Sha256Lanes.BLOCK];
    System.arraycopy(tik, 0, block, 0, tik.length);
    for (int i = 0; i < block.length; i++) {
      block[i] ^= pad;
    }
    int[] state = Sha256KeyBlock.stateAfter(block);
    for (int word = 0; word < state.length; word++) {
      Arrays.fill(into, word * LANES, (word + 1) * LANES, state[word]);
    }
    Arrays.fill(state, 0);
    Arrays.fill(block, (byte) 0);
  }

  @Override
  public void seal(
      int contextByte, MemorySegment plain, MemorySegment cipherOut, MemorySegment headerOut) {
    single.seal(contextByte, plain, cipherOut, headerOut);
  }

  @Override
  public boolean open(
      int contextByte, MemorySegment header, MemorySegment cipherIn, MemorySegment plainOut) {
    return single.open(contextByte, header, cipherIn, plainOut);
  }

  @Override
  public int sealPages(int contextByte, PagesToSeal pages, int count) {
    int done = 0;
    while (count - done >= WORTHWHILE) {
      int group = Math.min(LANES, count - done);
      int sealed = sealGroup(contextByte, pages, done, group);
      done += sealed;
      if (sealed < group) {
        return done;
      }
    }
    return single.sealPages(contextByte, pages, done, count);
  }

  @Override
  public int openPages(int contextByte, PacketsToOpen packets, int count) {
    int done = 0;
    while (count - done >= WORTHWHILE) {
      int group = Math.min(LANES, count - done);
      int opened = openGroup(contextByte, packets, done, group);
      done += opened;
      if (opened < group) {
        return done;
      }
    }
    return single.openPages(contextByte, packets, done, count);
  }

  private int sealGroup(int contextByte, PagesToSeal pages, int first, int count) {
    // Sixteen pages take one run of the counter, so the cipher need not start anew for each.
    ivs.next(LANES * Pages.SIZE, firstIv, 0);
    cipher.begin(firstIv, 0);
    int there = 0;
    while (there < count && pages.read(first + there, plain)) {
      int slot = there * SLOT;
      slots[slot + PREFIX] = (byte) contextByte;
      INT.set(slots, slot + FLAGS_AT, 0);
      IvSequence.advance(firstIv, there * PAGE_BLOCKS, slots, slot + IV_AT);
      cipher.go(page, 0, slots, slot + DATA_AT, Pages.SIZE);
      there++;
    }
    hash();
    for (int lane = 0; lane < there; lane++) {
      System.arraycopy(slots, lane * SLOT + FLAGS_AT, header, 0, PacketHeader.MAC_OFFSET);
      lanes.digest(lane, header, PacketHeader.MAC_OFFSET);
      if (!pages.write(first + lane, headerMemory, slotData[lane])) {
        return lane;
      }
    }
    return there;
  }

  private int openGroup(int contextByte, PacketsToOpen packets, int first, int count) {
    int there = 0;
    while (there < count && packets.read(first + there, headerMemory, slotData[there])) {
      int slot = there * SLOT;
      slots[slot + PREFIX] = (byte) contextByte;
      System.arraycopy(header, 0, slots, slot + FLAGS_AT, PacketHeader.MAC_OFFSET);
      System.arraycopy(
          header, PacketHeader.MAC_OFFSET, givenMacs, there * HmacSha256.SIZE, HmacSha256.SIZE);
      there++;
    }
    hash();
    boolean running = false;
    for (int lane = 0; lane < there; lane++) {
      int slot = lane * SLOT;
      lanes.digest(lane, mac, 0);
      System.arraycopy(givenMacs, lane * HmacSha256.SIZE, givenMac, 0, HmacSha256.SIZE);
      if (!MessageDigest.isEqual(mac, givenMac)) {
        return lane;
      }
      boolean follows =
          running && IvSequence.follows(slots, slot - SLOT + IV_AT, slot + IV_AT, PAGE_BLOCKS);
      if (!follows) {
        cipher.begin(slots, slot + IV_AT);
      }
      running = true;
      cipher.go(slots, slot + DATA_AT, page, 0, Pages.SIZE);
      if (!packets.write(first + lane, plain)) {
        return lane;
      }
    }
    return there;
  }

  private void hash() {
    lanes.resume(innerKey);
    for (int block = 0; block < BLOCKS; block++) {
      lanes.update(slots, PREFIX + block * Sha256Lanes.BLOCK, SLOT);
    }
    lanes.save(innerDigests);
    lanes.resume(outerKey);
    lanes.finishWithDigestsOf(innerDigests, OUTER_BYTES);
  }

  @Override
  public void close() {
    single.close();
    cipher.close();
    lanes.wipe();
    Arrays.fill(innerKey, 0);
    Arrays.fill(outerKey, 0);
    Arrays.fill(innerDigests, 0);
    Arrays.fill(page, (byte) 0);
  }
}
