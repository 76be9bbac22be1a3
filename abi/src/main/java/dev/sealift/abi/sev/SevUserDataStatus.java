package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * What SEV_PLATFORM_STATUS writes for user space.
 *
 * <p>Source: uapi linux/psp-sev.h (packed).
 *
 * @param apiMajor firmware API, major
 * @param apiMinor firmware API, minor
 * @param state platform state, {@link dev.sealift.abi.psp.PlatformState}
 * @param flags bit 0: owned by an external owner; bit 8: SEV-ES enabled
 * @param build firmware build
 * @param guestCount guests that the processor holds
 */
public record SevUserDataStatus(
    int apiMajor, int apiMinor, int state, int flags, int build, long guestCount) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_status");
  private static final Field.U8 API_MAJOR = STRUCT.u8("api_major");
  private static final Field.U8 API_MINOR = STRUCT.u8("api_minor");
  private static final Field.U8 STATE = STRUCT.u8("state");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U8 BUILD = STRUCT.u8("build");
  private static final Field.U32 GUEST_COUNT = STRUCT.u32("guest_count");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static SevUserDataStatus read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SevUserDataStatus(
        API_MAJOR.get(struct),
        API_MINOR.get(struct),
        STATE.get(struct),
        FLAGS.get(struct),
        BUILD.get(struct),
        GUEST_COUNT.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    API_MAJOR.set(struct, apiMajor);
    API_MINOR.set(struct, apiMinor);
    STATE.set(struct, state);
    FLAGS.set(struct, flags);
    BUILD.set(struct, build);
    GUEST_COUNT.setUnsigned(struct, guestCount);
  }
}
