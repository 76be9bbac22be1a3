package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.vmm.Guest;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A VMM that moves its guests by the library. */
class MoveAGuestExample {
  @TempDir private Path folder;

  @Test
  @DisplayName("Example: move a guest")
  void moveAGuest() throws Exception {
    RootOfTrust believed = TestHost.ROOT.root();
    try (TestHost a = TestHost.model();
        TestHost b = TestHost.model();
        Guest guest = a.launch(Guests.PLAN, 0)) {
      BlockingQueue<Guest> arrived = new LinkedBlockingQueue<>();
      String end;

      // @start region=example
      MovePolicy policy = MovePolicy.trusting(believed); // or RootOfTrust.of(Generation.MILAN)
      AllowedPeers peers = AllowedPeers.anyTrusted(); // or AllowedPeers.of a list

      try (FileJournal journalOfB = FileJournal.open(folder.resolve("b.journal"));
          MigrationDestination listening =
              MigrationDestination.listen(
                  new DestinationHost(
                      b.platform, // SevPlatform.open(host)
                      b.chain,
                      b.identity, // an SSLContext
                      peers,
                      policy,
                      b::create, // makes the guest that a move fills
                      journalOfB,
                      Ownership.JOURNALS,
                      true), // its Secure Processor is software
                  new InetSocketAddress("localhost", 0),
                  DestinationOptions.DEFAULT,
                  (move, newcomer) -> arrived.add(newcomer));
          FileJournal journalOfA = FileJournal.open(folder.resolve("a.journal"))) {
        var source =
            new SourceHost(
                a.platform,
                a.chain,
                a.identity,
                peers,
                policy,
                journalOfA,
                Ownership.JOURNALS,
                true);

        MoveOutcome outcome =
            new MigrationSource(source)
                .move(guest, listening.address(), MoveOptions.DEFAULT, MoveListener.SILENT);

        end =
            switch (outcome) {
              case MoveOutcome.Moved moved -> "runs there, after " + moved.downtime().total();
              case MoveOutcome.StayedAtSource stayed -> "runs on here: " + stayed.reason();
              case MoveOutcome.HandedOver handed -> "only there, if at all: " + handed.reason();
            };
      }
      // @end

      assertThat(end).startsWith("runs there");
      try (Guest newcomer = arrived.take()) {
        assertThat(newcomer.isRunning()).isTrue();
        assertThat(guest.isRunning()).isFalse();
      }
    }
  }
}
