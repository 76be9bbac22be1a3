package dev.sealift.firmware;

import static dev.sealift.abi.psp.PspCommand.DF_FLUSH;
import static dev.sealift.abi.psp.PspCommand.DOWNLOAD_FIRMWARE;
import static dev.sealift.abi.psp.PspCommand.GET_ID;
import static dev.sealift.abi.psp.PspCommand.NOP;
import static dev.sealift.abi.psp.PspCommand.PLATFORM_RESET;
import static dev.sealift.abi.psp.PspCommand.PLATFORM_STATUS;
import static dev.sealift.abi.psp.PspCommand.SHUTDOWN;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.sev.SevLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/**
 * Commands of the platform as a whole.
 *
 * <p>Source: AMD publication 55766, platform management commands.
 */
final class PlatformCommands {
  private static final Field.U32 ID_LEN = (Field.U32) GetIdBuffer.LAYOUT.field("len");

  private final Platform platform;

  PlatformCommands(Platform platform) {
    this.platform = platform;
  }

  void bind(Bindings bindings) {
    bindings.effect(SHUTDOWN, call -> platform.shutDown());
    bindings.check("the flash cannot be erased", call -> eraseFails());
    bindings.effect(PLATFORM_RESET, call -> {});
    bindings.effect(PLATFORM_STATUS, call -> status(call.buffer()));
    bindings.check("the caches were not written back", call -> platform.asids().cachesAreStale());
    bindings.effect(DF_FLUSH, call -> platform.asids().flush());
    // The model's chip has no maker whose key could have signed an image.
    bindings.check("the image is not signed by the maker", call -> true);
    bindings.effect(DOWNLOAD_FIRMWARE, call -> {});
    bindings.effect(GET_ID, call -> getId(call.buffer()));
    bindings.effect(NOP, call -> {});
  }

  private boolean eraseFails() {
    try {
      platform.settings().store().erase();
      return false;
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }

  private void status(MemorySegment buffer) {
    ProcessorSettings settings = platform.settings();
    new PlatformStatusBuffer(
            settings.api().major(),
            settings.api().minor(),
            platform.state().number(),
            platform.externallyOwned() ? 1 : 0,
            platform.es() ? 1 : 0,
            settings.build(),
            platform.guests().count())
        .write(buffer);
  }

  private void getId(MemorySegment buffer) throws Refusal {
    byte[] id = platform.settings().chip().id();
    platform.memory().writeHost(GetIdBuffer.read(buffer).address(), MemorySegment.ofArray(id));
    ID_LEN.set(buffer, SevLimits.CHIP_ID);
  }
}
