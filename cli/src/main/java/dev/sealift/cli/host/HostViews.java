package dev.sealift.cli.host;

import dev.sealift.cli.HostMachine;
import dev.sealift.cli.Sealift;
import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.PlatformView;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host as it is at the moment: for its commands, its page and its metrics. Thread-safe; waits for
 * no move, and asks the firmware at most once a second, however often it is asked itself.
 */
final class HostViews implements Supplier<HostView> {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final HostSettings settings;
  private final HostMachine machine;
  private final List<ChainLink> chain;
  private final String chip;
  private final HostedGuests guests;
  private final HostedMoves moves;
  private final Supplier<@Nullable String> address;
  private final Instant started = Instant.now();
  private PlatformStatus status;
  private long askedNanos = System.nanoTime();

  /**
   * @param own the platform's chain
   * @param address where it listens
   */
  HostViews(
      HostSettings settings,
      HostMachine machine,
      PlatformChain own,
      List<RootOfTrust> roots,
      HostedGuests guests,
      HostedMoves moves,
      Supplier<@Nullable String> address)
      throws VmmException {
    this.settings = settings;
    this.machine = machine;
    this.guests = guests;
    this.moves = moves;
    this.address = address;
    chain = ChainLinks.of(own, roots);
    chip = fingerprint(own);
    status = machine.platform().status();
  }

  private static String fingerprint(PlatformChain own) {
    try {
      return own.cek().keyFingerprint();
    } catch (MalformedCertificateException unusable) {
      return "";
    }
  }

  @Override
  public HostView get() {
    return new HostView(
        settings.name(),
        Sealift.VERSION,
        settings.kind().word(),
        settings.kernel().name().toLowerCase(Locale.ROOT),
        true,
        Instant.now(),
        started,
        address.get(),
        platform(),
        guests.views(),
        moves.views(),
        null);
  }

  private PlatformView platform() {
    PlatformStatus now = status();
    return new PlatformView(
        "%d.%d.%d".formatted(now.apiMajor(), now.apiMinor(), now.build()),
        now.state().name().toLowerCase(Locale.ROOT),
        now.externallyOwned(),
        now.es(),
        now.guests(),
        chip,
        chain);
  }

  private synchronized PlatformStatus status() {
    long now = System.nanoTime();
    if (now - askedNanos > FRESH_NANOS) {
      askedNanos = now;
      try {
        status = machine.platform().status();
      } catch (VmmException refused) {
        // What it said last is still the best that is known.
      }
    }
    return status;
  }
}
