package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * What PLATFORM_STATUS writes.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param apiMajor firmware API, major
 * @param apiMinor firmware API, minor
 * @param state platform state, {@link dev.sealift.abi.psp.PlatformState}
 * @param owner bit 0: owned by an external owner
 * @param config bit 0: SEV-ES enabled
 * @param build firmware build
 * @param guestCount guests that the processor holds
 */
public record PlatformStatusBuffer(
    int apiMajor, int apiMinor, int state, int owner, int config, int build, long guestCount) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_status");
  private static final Field.U8 API_MAJOR = STRUCT.u8("api_major");
  private static final Field.U8 API_MINOR = STRUCT.u8("api_minor");
  private static final Field.U8 STATE = STRUCT.u8("state");
  private static final Field.U8 OWNER = STRUCT.u8("owner");
  private static final Field.U16 CONFIG = STRUCT.u16("config");
  private static final Field.U8 BUILD = STRUCT.reserved(1).u8("build");
  private static final Field.U32 GUEST_COUNT = STRUCT.u32("guest_count");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static PlatformStatusBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PlatformStatusBuffer(
        API_MAJOR.get(struct),
        API_MINOR.get(struct),
        STATE.get(struct),
        OWNER.get(struct),
        CONFIG.get(struct),
        BUILD.get(struct),
        GUEST_COUNT.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    API_MAJOR.set(struct, apiMajor);
    API_MINOR.set(struct, apiMinor);
    STATE.set(struct, state);
    OWNER.set(struct, owner);
    CONFIG.set(struct, config);
    BUILD.set(struct, build);
    GUEST_COUNT.setUnsigned(struct, guestCount);
  }
}
