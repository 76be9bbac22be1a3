package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.vmm.Guest;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whether a move was what its receipt says, by nothing but the receipt and a root. */
class CheckAReceiptExample {

  @Test
  @DisplayName("Example: check a receipt")
  void checkAReceipt() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(), TestHost.model());
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      byte[] receiptFile =
          Objects.requireNonNull(Guests.moved(crossing.move(guest)).receipt()).encode();
      crossing.arrived().close();
      RootOfTrust believed = TestHost.ROOT.root();

      // @start region=example
      Receipt receipt = Receipt.decode(receiptFile);
      Verdict verdict = new ReceiptCheck(List.of(believed)).verify(receipt, null);

      assertThat(verdict.holds()).as(verdict.faults()).isTrue();
      assertThat(receipt.statement().memoryBytes()).isEqualTo(8 << 20);
      assertThat(receipt.statement().times().finished())
          .isAfterOrEqualTo(receipt.statement().times().paused());
      // @end
    }
  }
}
