package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.INIT;
import static dev.sealift.abi.psp.PspCommand.INIT_EX;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.PspCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * INIT and INIT_EX: the platform finds out, or makes up, who it is.
 *
 * <p>Source: AMD publication 55766, INIT and INIT_EX.
 */
final class InitCommands {
  private static final long ES_FLAG = 1;
  private static final long TMR_SIZE = 1L << 20;

  private final Platform platform;
  private @Nullable PlatformStore store;
  private @Nullable PlatformIdentity identity;

  InitCommands(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.checkOf(
        "flags other than ES, or reserved bytes, are set", InitCommands::reservedFlags);
    bindings.checkOf(
        "ES is asked for",
        shape -> {
          Shape.Value flags = shape.number("flags");
          return call -> (flags.of(call.buffer()) & ES_FLAG) != 0;
        });
    bindings.checkOf("the stored identity is damaged", this::storedIsDamaged);
    bindings.check("the store cannot be used", call -> storeFails());
    bindings.checkOf("the region overlaps the identity's area", this::regionOverlapsArea);
    bindings.effect(INIT, call -> initialise(call.buffer(), INIT));
    bindings.effect(INIT_EX, call -> initialise(call.buffer(), INIT_EX));
    bindings.afterwards(this::forget);
  }

  /** INIT has one reserved run behind its flags, INIT_EX two. */
  private static Check reservedFlags(Shape shape) {
    if (shape.row().command() == INIT) {
      Field.U64 flags = new Field.U64("flags", 0);
      return call -> (flags.get(call.buffer()) & ~ES_FLAG) != 0;
    }
    Field.U32 flags = new Field.U32("flags", 0x04);
    Field.U32 reserved = new Field.U32("reserved", 0x14);
    return call -> (flags.get(call.buffer()) & ~ES_FLAG) != 0 || reserved.get(call.buffer()) != 0;
  }

  private Check storedIsDamaged(Shape shape) {
    if (shape.row().command() == INIT) {
      return call -> isDamaged(platform.settings().store());
    }
    Shape.Value address = shape.number("nv_address");
    return call -> {
      long area = address.of(call.buffer());
      return isDamaged(
          area == 0
              ? platform.settings().store()
              : new IdentityArea(platform.memory(), area, platform.settings().chip()));
    };
  }

  private boolean isDamaged(PlatformStore from) {
    store = from;
    try {
      Optional<PlatformIdentity> stored = from.load();
      if (stored.isPresent()) {
        identity = stored.get();
      }
      return false;
    } catch (PlatformStore.DamagedStoreException e) {
      return true;
    } catch (IOException | UncheckedIOException e) {
      store = null;
      return false;
    }
  }

  /** Tries to keep what has to be made. */
  private boolean storeFails() {
    PlatformStore current = store;
    if (current == null) {
      return true;
    }
    ProcessorSettings settings = platform.settings();
    PlatformIdentity stored = identity;
    if (stored != null && settings.profile().has(FirmwareQuirk.PDH_KEPT_AT_INIT)) {
      return false;
    }
    PlatformIdentity made =
        stored == null ? PlatformIdentity.selfOwned(settings) : stored.withNewPdh(settings);
    try {
      current.save(made);
      identity = made;
      return false;
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }

  private Check regionOverlapsArea(Shape shape) {
    Shape.Value region = shape.number("tmr_address");
    Shape.Value area = shape.number("nv_address");
    return call -> {
      long start = area.of(call.buffer());
      long tmr = region.of(call.buffer());
      CheckedMemory memory = platform.memory();
      return start != 0
          && memory.range(start, IdentityArea.SIZE).overlaps(memory.range(tmr, TMR_SIZE));
    };
  }

  private void initialise(MemorySegment buffer, PspCommand command) {
    PlatformIdentity known = identity;
    PlatformStore itsStore = store;
    if (known == null || itsStore == null) {
      throw new IllegalStateException("the table initialises before it loads");
    }
    platform.initialise(known, itsStore);
    Field.U16 flags = new Field.U16("flags", command == INIT ? 0 : 4);
    if ((flags.get(buffer) & ES_FLAG) != 0) {
      platform.enableEs(new Field.U64("tmr_address", 8).get(buffer), TMR_SIZE);
    }
  }

  private void forget() {
    store = null;
    identity = null;
  }
}
