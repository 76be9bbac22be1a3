package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a move leaves for those who were not there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReceiptTest {
  private static final ReceiptCheck CHECK = new ReceiptCheck(List.of(TestHost.ROOT.root()));

  private TestHost here;
  private TestHost there;
  private MoveOutcome.Moved moved;
  Receipt receipt;
  private byte[] launchDigest;

  /** A crossing that keeps the destination's receipts. */
  private static class Receipts extends Crossing {
    private final BlockingQueue<Receipt> receipts = new LinkedBlockingQueue<>();

    Receipts(TestHost source, TestHost destination) throws Exception {
      super(source, destination);
    }

    @Override
    public void receipt(MoveId move, Receipt received) {
      receipts.add(received);
    }

    Receipt receipt() throws InterruptedException {
      Receipt received = receipts.poll(60, TimeUnit.SECONDS);
      assertThat(received).as("the destination's receipt").isNotNull();
      return received;
    }
  }

  @BeforeAll
  void move() throws Exception {
    here = TestHost.model();
    there = TestHost.model();
    launchDigest = digestOfTheImage();
    try (Receipts crossing =
            new Receipts(here, there) {
              @Override
              public void close() {
                // Other tests ask the hosts who they are.
                wire.close();
                listening.close();
              }
            };
        Guest guest = here.launch(Guests.PLAN, 0)) {
      moved = Guests.moved(crossing.move(guest));
      receipt = crossing.receipt();
      crossing.arrived().close();
      assertThat(crossing.warnings).isEmpty();
    }
  }

  private byte[] digestOfTheImage() throws Exception {
    var configuration =
        new GuestConfiguration("image", Guests.PLAN.memoryBytes(), 0, Guests.PLAN.workload());
    try (Guest guest = here.create(configuration)) {
      PseudoRandomWriter.load(guest.memory(), Guests.PLAN);
      var digest = new LaunchDigest();
      digest.update(guest.memory().segment().asSlice(0, PseudoRandomWriter.MEASURED_BYTES));
      return digest.value();
    }
  }

  @AfterAll
  void close() {
    here.close();
    there.close();
  }

  @Test
  @DisplayName("both hosts hold the same receipt, and whoever believes in the root can verify it")
  void verifies() throws Exception {
    assertThat(moved.receipt()).isEqualTo(receipt);

    Receipt read = Receipt.decode(receipt.encode());
    Verdict verdict = CHECK.verify(read, launchDigest);

    assertThat(read).isEqualTo(receipt);
    assertThat(verdict.holds()).as(verdict.faults()).isTrue();
    assertThat(verdict.rules())
        .extracting(Verdict.Rule::name)
        .containsExactly(
            "source chain",
            "destination chain",
            "destination signature",
            "source signature",
            "launch",
            "times");
  }

  @Test
  @DisplayName("it says which guest, which platforms, which pages and when")
  void says() throws Exception {
    Statement statement = receipt.statement();
    MoveReport report = moved.report();

    assertThat(statement.move()).isEqualTo(report.move());
    assertThat(statement.policy()).isZero();
    assertThat(statement.sourceEmulated()).isTrue();
    assertThat(statement.destinationEmulated()).isTrue();
    assertThat(statement.source()).isEqualTo(here.credentials());
    assertThat(statement.destination()).isEqualTo(there.credentials());
    assertThat(statement.source().chipId()).isEqualTo(here.platform.chipId());
    assertThat(statement.memoryBytes()).isEqualTo(Guests.PLAN.memoryBytes());
    assertThat(statement.rounds()).isEqualTo(report.rounds().size());
    assertThat(statement.packets()).isEqualTo(report.privatePackets());
    assertThat(statement.times().began()).isBeforeOrEqualTo(statement.times().paused());
    assertThat(statement.times().paused()).isBeforeOrEqualTo(statement.times().finished());
    assertThat(statement.times().finished()).isBeforeOrEqualTo(statement.times().running());
    assertThat(statement.manifest()).hasSize(32).isNotEqualTo(new byte[32]);
  }

  @Test
  @DisplayName("no bit of it can be changed")
  void tamper() {
    byte[] good = receipt.encode();
    long seed = System.nanoTime();
    var random = new Random(seed);
    int[] positions = random.ints(150, 0, good.length).toArray();
    int reports = good.length - 2 * 208 - 2;
    // What the two signatures do not cover of a report: nothing but its four reserved bytes.
    for (int position : positions) {
      byte[] bad = good.clone();
      bad[position] ^= (byte) (1 << random.nextInt(8));
      int inReport = (position - reports) % 210;
      if (position >= reports && inReport >= 0x3C && inReport < 0x40) {
        continue;
      }
      try {
        Verdict verdict = CHECK.verify(Receipt.decode(bad), launchDigest);
        assertThat(verdict.holds()).as("seed %d, byte %d", seed, position).isFalse();
      } catch (MalformedReceiptException refused) {
        assertThat(refused).hasMessageNotContaining("Exception");
      }
    }
  }

  @Test
  @DisplayName("a receipt that is cut anywhere, or followed by anything, is none")
  void cut() {
    byte[] good = receipt.encode();
    for (int length = 0; length < good.length; length += 97) {
      byte[] bad = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> Receipt.decode(bad)).isInstanceOf(MalformedReceiptException.class);
    }
    assertThatThrownBy(() -> Receipt.decode(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(MalformedReceiptException.class);
  }

  @Test
  @DisplayName("to a reader who believes in AMD it proves nothing")
  void otherRoot() {
    Verdict verdict =
        new ReceiptCheck(List.of(RootOfTrust.of(Generation.MILAN))).verify(receipt, null);

    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.faults()).contains("none of those believed in");
  }

  @Test
  @DisplayName("another guest's launch digest does not fit")
  void otherGuest() {
    Verdict verdict = CHECK.verify(receipt, new byte[] {1, 2, 3});

    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.faults()).contains("was launched with digest");
  }

  @Test
  @DisplayName("without the source's signature it says what is missing")
  void unsigned() throws Exception {
    Receipt half = new Receipt(receipt.statement(), receipt.destinationReport(), null);

    Verdict verdict = CHECK.verify(Receipt.decode(half.encode()), null);

    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.faults()).contains("the source did not sign");
  }

  @Test
  @DisplayName("the platforms cannot stand in for each other")
  void swapped() {
    Receipt swapped =
        new Receipt(receipt.statement(), receipt.sourceReport(), receipt.destinationReport());

    assertThat(CHECK.verify(swapped, null).faults()).contains("PEK has not made");
  }

  @Test
  @DisplayName("a guest that moves on leaves a receipt that points to that of its arrival")
  void movesOn() throws Exception {
    try (Receipts forth = new Receipts(TestHost.model(), TestHost.model());
        Receipts on = new Receipts(forth.destination, TestHost.model())) {
      try (Guest guest = forth.source.launch(Guests.PLAN, GuestPolicy.of().word())) {
        Guests.moved(forth.move(guest));
      }
      try (Guest away = forth.arrived()) {
        Guests.moved(on.move(away));
      }
      on.arrived().close();

      Verdict verdict = CHECK.verify(on.receipt(), null);

      assertThat(verdict.holds()).as(verdict.faults()).isTrue();
      assertThat(verdict.rules())
          .extracting(Verdict.Rule::finding)
          .anyMatch(finding -> finding.contains("had itself received the guest"));
    }
  }

  @Test
  @DisplayName("bytes of the launched image are what the source's firmware vouches for")
  void launched() {
    assertThat(receipt.sourceReport().launchDigest()).isEqualTo(launchDigest);
    assertThat(receipt.destinationReport().launchDigest()).isEqualTo(new byte[32]);
  }
}
