package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.trust.FirmwareVersion;
import dev.sealift.migration.trust.MovePolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whether a guest may go to a platform, before anything of it goes. */
class DecideAMoveExample {

  @Test
  @DisplayName("Example: decide whether a guest may move")
  void decideAMove() throws Exception {
    try (TestHost here = TestHost.model();
        TestHost there = TestHost.model()) {
      RootOfTrust believed = TestHost.ROOT.root();
      PlatformChain ownChain = here.chain;
      GuestPolicy guest = GuestPolicy.parse("nodbg,noks,sev,api=1.40");
      byte[] shown = there.credentials().encode();

      // @start region=example
      PlatformCredentials destination = PlatformCredentials.decode(shown);
      MovePolicy policy =
          MovePolicy.trusting(believed) // or RootOfTrust.of(Generation.MILAN)
              .withMinimumApi(new ApiVersion(1, 51))
              .withMinimumFirmware(FirmwareVersion.parse("1.55.21"))
              .withChip(destination.chain().cek().keyFingerprint());

      Verdict verdict = policy.evaluate("the destination", destination, ownChain, guest);
      verdict.rules().forEach(System.out::println);
      assertThat(verdict.holds()).isTrue();

      Verdict strict =
          policy.withSameOwner().evaluate("the destination", destination, ownChain, guest);
      assertThat(strict.faults()).contains("belongs to another owner");
      // @end
    }
  }
}
