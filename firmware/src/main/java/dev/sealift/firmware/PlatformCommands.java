package dev.sealift.firmware;

import static dev.sealift.abi.FirmwareStatus.HWERROR_PLATFORM;
import static dev.sealift.abi.FirmwareStatus.INVALID_ADDRESS;
import static dev.sealift.abi.FirmwareStatus.INVALID_CONFIG;
import static dev.sealift.abi.FirmwareStatus.INVALID_LEN;
import static dev.sealift.abi.FirmwareStatus.SECURE_DATA_INVALID;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.psp.GetIdBuffer;
import dev.sealift.abi.psp.InitBuffer;
import dev.sealift.abi.psp.PdhCertExportBuffer;
import dev.sealift.abi.psp.PlatformStatusBuffer;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Commands of the platform as a whole.
 *
 * <p>Source: AMD publication 55766, platform management commands.
 */
final class PlatformCommands {
  private static final long ES_FLAG = 1;
  private static final long TMR_SIZE = 1L << 20;

  /** Flags and everything reserved behind them, which must be zero. */
  private static final Field.U64 INIT_FLAGS = new Field.U64("flags", 0);

  private static final Field.U32 PDH_LEN =
      (Field.U32) PdhCertExportBuffer.LAYOUT.field("pdh_cert_len");
  private static final Field.U32 CHAIN_LEN =
      (Field.U32) PdhCertExportBuffer.LAYOUT.field("cert_chain_len");
  private static final Field.U32 ID_LEN = (Field.U32) GetIdBuffer.LAYOUT.field("len");

  private final Platform platform;

  PlatformCommands(Platform platform) {
    this.platform = platform;
  }

  void init(MemorySegment buffer) throws Refusal {
    long flags = INIT_FLAGS.get(buffer);
    Refusal.unless((flags & ~ES_FLAG) == 0, INVALID_CONFIG);
    PlatformIdentity identity = storedOrNew();
    boolean es = flags == ES_FLAG;
    if (es) {
      InitBuffer command = InitBuffer.read(buffer);
      long tmr = platform.memory().checked(command.tmrAddress(), TMR_SIZE);
      Refusal.unless(tmr % TMR_SIZE == 0, INVALID_ADDRESS);
      Refusal.unless(command.tmrLen() == TMR_SIZE, INVALID_LEN);
      platform.memory().reserve(tmr, TMR_SIZE);
    }
    platform.initialise(identity, es);
  }

  private PlatformIdentity storedOrNew() throws Refusal {
    ProcessorSettings settings = platform.settings();
    try {
      Optional<PlatformIdentity> stored = settings.store().load();
      if (stored.isPresent()) {
        return stored.get();
      }
      PlatformIdentity made =
          PlatformIdentity.selfOwned(settings.chip(), settings.api(), settings.random());
      settings.store().save(made);
      return made;
    } catch (PlatformStore.DamagedStoreException e) {
      throw new Refusal(SECURE_DATA_INVALID);
    } catch (IOException | UncheckedIOException e) {
      throw new Refusal(HWERROR_PLATFORM);
    }
  }

  void shutdown(MemorySegment buffer) {
    platform.shutDown();
  }

  void platformReset(MemorySegment buffer) throws Refusal {
    try {
      platform.settings().store().erase();
    } catch (IOException | UncheckedIOException e) {
      throw new Refusal(HWERROR_PLATFORM);
    }
  }

  void platformStatus(MemorySegment buffer) {
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

  void pdhCertExport(MemorySegment buffer) throws Refusal {
    PdhCertExportBuffer command = PdhCertExportBuffer.read(buffer);
    boolean room =
        command.pdhCertLen() >= SevCertificate.SIZE
            && command.certChainLen() >= PlatformChain.PLATFORM_SIZE;
    PDH_LEN.set(buffer, SevCertificate.SIZE);
    CHAIN_LEN.set(buffer, PlatformChain.PLATFORM_SIZE);
    Refusal.unless(room, INVALID_LEN);

    PlatformIdentity identity = platform.identity();
    MemorySegment chain = MemorySegment.ofArray(new byte[SevLimits.PLATFORM_CERTIFICATES]);
    put(identity.pek().certificate(), chain, 0);
    put(identity.oca(), chain, 1);
    put(platform.cekCertificate(), chain, 2);
    byte[] pdh = identity.pdh().certificate().bytes();
    platform.memory().writeHost(command.pdhCertAddress(), MemorySegment.ofArray(pdh));
    platform.memory().writeHost(command.certChainAddress(), chain);
  }

  private static void put(SevCertificate certificate, MemorySegment chain, int place) {
    chain
        .asSlice((long) place * SevCertificate.SIZE)
        .copyFrom(MemorySegment.ofArray(certificate.bytes()));
  }

  void dfFlush(MemorySegment buffer) throws Refusal {
    platform.asids().flush();
  }

  void getId(MemorySegment buffer) throws Refusal {
    GetIdBuffer command = GetIdBuffer.read(buffer);
    ID_LEN.set(buffer, SevLimits.CHIP_ID);
    Refusal.unless(command.len() >= SevLimits.CHIP_ID, INVALID_LEN);
    byte[] id = platform.settings().chip().id();
    platform.memory().writeHost(command.address(), MemorySegment.ofArray(id));
  }

  void nop(MemorySegment buffer) {}
}
