package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.SWAP_IN;
import static dev.sealift.abi.psp.PspCommand.SWAP_OUT;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.SwapOutBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Commands that let the host put a guest's pages elsewhere for a while.
 *
 * <pre>
 *   metadata, 64 bytes:
 *   offset  0               8     10        20         3C                               40
 *          +---------------+-----+---------+----------+--------------------------------+
 *          | software data | IV  | tag[16] | reserved | bit 0: 2 MiB; bits 2:1: type   |
 *          +---------------+-----+---------+----------+--------------------------------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, SWAP_OUT and SWAP_IN.
 */
final class SwapCommands {

  /** Bytes of a page's metadata. */
  static final int METADATA_SIZE = 64;

  private static final int LARGE = 1;
  private static final int TYPE = 6;
  private static final int VMSA = 4;
  private static final int IN_PLACE = 8;

  /** Two below the end, so that no nonce is ever used twice. */
  private static final long LAST_COUNT = -2;

  private static final int SMALL_PAGE = 1 << 12;
  private static final int LARGE_PAGE = 1 << 21;

  private static final Field.U32 FLAGS = (Field.U32) SwapOutBuffer.LAYOUT.field("flags");
  private static final Field.U64 SRC = (Field.U64) SwapOutBuffer.LAYOUT.field("src_address");
  private static final Field.U64 DST = (Field.U64) SwapOutBuffer.LAYOUT.field("dst_address");
  private static final Field.U64 MDATA = (Field.U64) SwapOutBuffer.LAYOUT.field("mdata_address");

  private static final Field.U64 SOFTWARE_DATA = new Field.U64("software_data", 0);
  private static final Field.U64 IV = new Field.U64("iv", 0x08);
  private static final Field.Bytes TAG = new Field.Bytes("tag", 0x10, PageCipher.TAG_SIZE);
  private static final Field.U32 PAGE = new Field.U32("page", 0x3C);

  private final Platform platform;
  private byte @Nullable [] page;

  SwapCommands(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.check("src_address is not aligned to its page", call -> misaligned(call, SRC));
    bindings.check("dst_address is not aligned to its page", call -> misaligned(call, DST));
    bindings.check("src_address names no memory of a page", call -> missing(call, SRC));
    bindings.check("dst_address names no memory of a page", call -> missing(call, DST));
    bindings.check("mdata overlaps a page", this::overlaps);
    bindings.check(
        "a VMSA is said to have 2 MiB",
        call -> is(call, LARGE) && type(call.buffer(), FLAGS) == VMSA);
    bindings.check(
        "the guest's page counter is used up", call -> call.guest().swapped() == LAST_COUNT);
    bindings.check("the page is not of the type that is said", this::otherType);
    bindings.check("mdata is of another page size or type", this::otherMetadata);
    bindings.check(
        "a VMSA is swapped in in place",
        call -> is(call, IN_PLACE) && type(call.buffer(), FLAGS) == VMSA);
    bindings.check(
        "in place, but src is not dst",
        call -> is(call, IN_PLACE) && SRC.get(call.buffer()) != DST.get(call.buffer()));
    bindings.check("the page's tag is wrong", this::tagIsWrong);
    bindings.effect(SWAP_OUT, this::swapOut);
    bindings.effect(SWAP_IN, this::swapIn);
    bindings.afterwards(this::forget);
  }

  private static boolean is(Call call, int flag) {
    return (FLAGS.get(call.buffer()) & flag) != 0;
  }

  private static int type(MemorySegment struct, Field.U32 flags) {
    return flags.get(struct) & TYPE;
  }

  /** Bytes of the page that a command moves. */
  static int size(Call call) {
    return is(call, LARGE) ? LARGE_PAGE : SMALL_PAGE;
  }

  private static boolean misaligned(Call call, Field.U64 address) {
    return Long.remainderUnsigned(address.get(call.buffer()), size(call)) != 0;
  }

  private boolean missing(Call call, Field.U64 address) {
    return !platform.memory().reaches(address.get(call.buffer()), size(call));
  }

  private boolean overlaps(Call call) {
    AddressRange metadata = range(call, MDATA, METADATA_SIZE);
    return metadata.overlaps(range(call, SRC, size(call)))
        || metadata.overlaps(range(call, DST, size(call)));
  }

  private AddressRange range(Call call, Field.U64 address, int size) {
    return platform.memory().range(address.get(call.buffer()), size);
  }

  /** Reads the page; one that claims to be a VMSA must be one, and none other may be. */
  private boolean otherType(Call call) throws Refusal {
    byte[] plain = new byte[size(call)];
    page = plain;
    MemorySegment segment = MemorySegment.ofArray(plain);
    platform.memory().readGuest(call.guest().asid(), SRC.get(call.buffer()), segment);
    boolean vmsa =
        plain.length == SMALL_PAGE && platform.vmsaChecksums().fits(call.guest(), segment);
    return type(call.buffer(), FLAGS) != (vmsa ? VMSA : 0);
  }

  private void swapOut(Call call) throws Refusal {
    SwapOutBuffer command = SwapOutBuffer.read(call.buffer());
    Guest guest = call.guest();
    MemorySegment metadata = MemorySegment.ofArray(new byte[METADATA_SIZE]);
    SOFTWARE_DATA.set(metadata, command.softwareData());
    IV.set(metadata, guest.swapped());
    PAGE.set(metadata, command.flags() & (LARGE | TYPE));
    PageCipher.Sealed sealed =
        PageCipher.seal(guest.offlineKey(), guest.swapped(), bytes(metadata), held());
    TAG.set(metadata, sealed.tag());
    platform.memory().writeHost(command.dstAddress(), MemorySegment.ofArray(sealed.ciphertext()));
    platform.memory().writeHost(command.mdataAddress(), metadata);
    guest.swapped(guest.swapped() + 1);
  }

  private boolean otherMetadata(Call call) throws Refusal {
    int expected = FLAGS.get(call.buffer()) & (LARGE | TYPE);
    return (PAGE.get(metadata(call)) & (LARGE | TYPE)) != expected;
  }

  private MemorySegment metadata(Call call) throws Refusal {
    MemorySegment metadata = MemorySegment.ofArray(new byte[METADATA_SIZE]);
    platform.memory().readHost(MDATA.get(call.buffer()), metadata);
    return metadata;
  }

  private boolean tagIsWrong(Call call) throws Refusal {
    MemorySegment metadata = metadata(call);
    byte[] tag = TAG.get(metadata);
    TAG.set(metadata, new byte[PageCipher.TAG_SIZE]);
    byte[] ciphertext = new byte[size(call)];
    platform.memory().readHost(SRC.get(call.buffer()), MemorySegment.ofArray(ciphertext));
    page =
        PageCipher.open(
                call.guest().offlineKey(), IV.get(metadata), bytes(metadata), ciphertext, tag)
            .orElse(null);
    return page == null;
  }

  private void swapIn(Call call) throws Refusal {
    platform
        .memory()
        .writeGuest(call.guest().asid(), DST.get(call.buffer()), MemorySegment.ofArray(held()));
  }

  private byte[] held() {
    byte[] held = page;
    if (held == null) {
      throw new IllegalStateException("the table moves a page before it is read");
    }
    return held;
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private void forget() {
    if (page != null) {
      Arrays.fill(page, (byte) 0);
      page = null;
    }
  }
}
