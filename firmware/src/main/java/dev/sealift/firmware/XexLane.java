package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way through the memory controller: a page of DRAM, a page of text, and the ciphers
 * between them. It stands at the whole blocks that cover an access within a page.
 */
final class XexLane {

  private static final int BLOCK = 16;

  private final AddressTweaks tweaks;
  private final byte[] dram = new byte[Pages.SIZE];
  private final byte[] text = new byte[Pages.SIZE];
  private final MemorySegment page = MemorySegment.ofArray(dram);
  private final MemorySegment block = page.asSlice(0, BLOCK);

  private @Nullable XexCiphers[] ciphers = new XexCiphers[0];
  private @Nullable XexCiphers current;
  private long address;
  private int size;

  XexLane(AddressTweaks tweaks) {
    this.tweaks = tweaks;
  }

  /** Begins an access under an ASID's key; false if the key is gone, and there is another. */
  boolean enter(int asid, XexKey key) {
    if (asid >= ciphers.length) {
      ciphers = Arrays.copyOf(ciphers, asid + 1);
    }
    XexCiphers kept = ciphers[asid];
    if (kept == null || !kept.areOf(key)) {
      kept = key.ciphers();
      ciphers[asid] = kept;
    }
    if (kept == null || !kept.enter()) {
      return false;
    }
    current = kept;
    return true;
  }

  /** Ends the access. */
  void leave() {
    ciphers().leave();
    current = null;
  }

  /** Goes to the blocks that cover a range within one page. */
  void stand(long rangeAddress, int length) {
    address = rangeAddress & -BLOCK;
    size = (int) ((rangeAddress + length + BLOCK - 1 & -BLOCK) - address);
  }

  /** The physical address of the first block. */
  long address() {
    return address;
  }

  /** Bytes of the blocks. */
  int size() {
    return size;
  }

  /** Where an address lies in {@link #text()}. */
  int skew(long rangeAddress) {
    return (int) (rangeAddress - address);
  }

  /** The blocks as they lie in DRAM. */
  MemorySegment dram() {
    return switch (size) {
      case BLOCK -> block;
      case Pages.SIZE -> page;
      default -> page.asSlice(0, size);
    };
  }

  /** The blocks as the owner of the key sees them, from the array's start. */
  byte[] text() {
    return text;
  }

  /** Makes the text from the DRAM. */
  void decipher() {
    run(ciphers().decipher(), dram, text);
  }

  /** Makes the DRAM from the text. */
  void encipher() {
    run(ciphers().encipher(), text, dram);
  }

  private void run(Cipher cipher, byte[] from, byte[] to) {
    tweaks.apply(address, from, from, size);
    try {
      cipher.update(from, 0, size, to, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES refused " + size + " bytes", e);
    }
    tweaks.apply(address, to, to, size);
  }

  private XexCiphers ciphers() {
    XexCiphers chosen = current;
    if (chosen == null) {
      throw new IllegalStateException("no access is under way");
    }
    return chosen;
  }
}
