package dev.sealift.firmware;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.KeyDerivation;
import dev.sealift.crypto.SecretBytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A memory controller with AES-128 in it: DRAM holds {@code AES(K, m ^ T(p)) ^ T(p)} for each
 * 16-byte block m at physical address p, with a key per ASID. As on the real parts there is no
 * integrity and no freshness: equal text at an equal address under an equal key gives equal
 * ciphertext, a block moved elsewhere or read under another key is noise, a flipped bit garbles its
 * own block and no other, and no access ever fails for want of the right key.
 *
 * <p>An ASID without a key has one that nobody chose, fixed for the boot.
 *
 * <p>Safe for use by many threads. An access is atomic within a page: it sees, and leaves, whole
 * blocks only, whatever else goes through this controller at the same time. What goes around it
 * (the host's own accesses) is not held off.
 *
 * <p>Source: Wilke et al., "SEVurity" (arXiv 2004.11071); AMD publication 55766, memory encryption
 * keys.
 */
public final class XexMemoryController implements MemoryController {

  /** One past the highest ASID that a key is kept for. */
  private static final int ASID_LIMIT = 1 << 16;

  private static final int KEY_SIZE = 16;
  private static final int SMALLEST_SEED = 16;
  private static final int STRIPES = 256;

  /** The key of memory channel 0; the NUL belongs to the label. */
  private static final String KEY_LABEL = "sev-vm-encryption-key-0\0";

  private static final byte[] CHANNEL_0 = new byte[4];

  private final SystemMemory memory;
  private final SecretBytes unchosenKeys;
  private final StampedLock[] pageLocks = new StampedLock[STRIPES];
  private final ThreadLocal<XexLane> lanes;

  /** The key of each ASID that was ever used; replaced, never changed, under this object's lock. */
  private volatile @Nullable XexKey[] keys = new XexKey[0];

  /**
   * A controller with tweaks of its own.
   *
   * @param memory DRAM
   * @param seed the boot's secret, at least 16 bytes: equal seeds give equal ciphertext
   */
  public XexMemoryController(SystemMemory memory, byte[] seed) {
    this(memory, seed, AddressTweaks.random(seed));
  }

  /** A controller with given tweaks. */
  public XexMemoryController(SystemMemory memory, byte[] seed, AddressTweaks tweaks) {
    if (seed.length < SMALLEST_SEED) {
      throw new IllegalArgumentException(
          "the boot's seed has " + seed.length + " bytes, at least " + SMALLEST_SEED + " are due");
    }
    this.memory = memory;
    this.unchosenKeys = SecretBytes.copyOf(seed);
    this.lanes = ThreadLocal.withInitial(() -> new XexLane(tweaks));
    Arrays.setAll(pageLocks, stripe -> new StampedLock());
  }

  @Override
  public void installKey(int asid, byte[] seed) {
    replaceKey(asid, KeyDerivation.derive(seed, KEY_LABEL, CHANNEL_0, KEY_SIZE));
  }

  @Override
  public void removeKey(int asid) {
    replaceKey(asid, unchosenKey(asid));
  }

  @Override
  public boolean read(int asid, long address, MemorySegment into) {
    if (asid == HOST) {
      return memory.read(address, into);
    }
    long length = into.byteSize();
    if (crossesPages(address, length) && !present(address, length)) {
      return false;
    }
    XexLane lane = enter(asid);
    try {
      for (long done = 0; done < length; ) {
        int chunk = chunk(address + done, length - done);
        if (!readWithinPage(lane, address + done, into, done, chunk)) {
          return false;
        }
        done += chunk;
      }
      return true;
    } finally {
      lane.leave();
    }
  }

  @Override
  public boolean write(int asid, long address, MemorySegment from) {
    if (asid == HOST) {
      return memory.write(address, from);
    }
    long length = from.byteSize();
    if (crossesPages(address, length) && !present(address, length)) {
      return false;
    }
    XexLane lane = enter(asid);
    try {
      for (long done = 0; done < length; ) {
        int chunk = chunk(address + done, length - done);
        if (!writeWithinPage(lane, address + done, from, done, chunk)) {
          return false;
        }
        done += chunk;
      }
      return true;
    } finally {
      lane.leave();
    }
  }

  private boolean readWithinPage(
      XexLane lane, long address, MemorySegment into, long offset, int length) {
    lane.stand(address, length);
    StampedLock lock = lock(address);
    long stamp = lock.tryOptimisticRead();
    boolean there = memory.read(lane.address(), lane.dram());
    if (!lock.validate(stamp)) {
      stamp = lock.readLock();
      try {
        there = memory.read(lane.address(), lane.dram());
      } finally {
        lock.unlockRead(stamp);
      }
    }
    if (!there) {
      return false;
    }
    lane.decipher();
    MemorySegment.copy(lane.text(), lane.skew(address), into, JAVA_BYTE, offset, length);
    return true;
  }

  private boolean writeWithinPage(
      XexLane lane, long address, MemorySegment from, long offset, int length) {
    lane.stand(address, length);
    StampedLock lock = lock(address);
    long stamp = lock.writeLock();
    try {
      if (lane.size() != length) {
        if (!memory.read(lane.address(), lane.dram())) {
          return false;
        }
        lane.decipher();
      }
      MemorySegment.copy(from, JAVA_BYTE, offset, lane.text(), lane.skew(address), length);
      lane.encipher();
      return memory.write(lane.address(), lane.dram());
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * True if memory stands behind the whole range; asked before an access that could stop half-way.
   */
  private boolean present(long address, long length) {
    XexLane lane = lanes.get();
    for (long done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      lane.stand(address + done, chunk);
      if (!memory.read(lane.address(), lane.dram())) {
        return false;
      }
      done += chunk;
    }
    return true;
  }

  private static boolean crossesPages(long address, long length) {
    return Pages.offset(address) + length > Pages.SIZE;
  }

  private static int chunk(long address, long left) {
    return (int) Math.min(left, Pages.SIZE - Pages.offset(address));
  }

  private StampedLock lock(long address) {
    return pageLocks[(int) (address >>> Pages.SHIFT) & (STRIPES - 1)];
  }

  /** Begins an access; whoever replaces the ASID's key waits for its end. */
  private XexLane enter(int asid) {
    XexLane lane = lanes.get();
    while (true) {
      XexKey key = knownKey(asid);
      if (lane.enter(asid, key == null ? firstUse(asid) : key)) {
        return lane;
      }
      Thread.onSpinWait();
    }
  }

  private @Nullable XexKey knownKey(int asid) {
    XexKey[] known = keys;
    return asid > HOST && asid < known.length ? known[asid] : null;
  }

  private synchronized XexKey firstUse(int asid) {
    XexKey key = knownKey(asid);
    return key == null ? replaceKey(asid, unchosenKey(asid)) : key;
  }

  private synchronized XexKey replaceKey(int asid, byte[] key) {
    if (asid <= HOST || asid >= ASID_LIMIT) {
      throw new IllegalArgumentException(
          "ASID " + asid + " has no key; keys are for 1 to " + (ASID_LIMIT - 1));
    }
    XexKey made = new XexKey(key);
    Arrays.fill(key, (byte) 0);
    XexKey[] copy = Arrays.copyOf(keys, Math.max(keys.length, asid + 1));
    XexKey old = copy[asid];
    copy[asid] = made;
    keys = copy;
    if (old != null) {
      old.close();
    }
    return made;
  }

  private byte[] unchosenKey(int asid) {
    byte[] context =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(asid).array();
    return unchosenKeys.open(
        seed -> KeyDerivation.derive(seed, "sealift-unchosen-key", context, KEY_SIZE));
  }
}
