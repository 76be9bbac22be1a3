package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.PageSet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shared pages go as they are, so nothing that was private may ever be among them. */
class SharedPageSenderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte SECRET = 0x5A;

  private final BlockingQueue<ControlConnection> accepted = new LinkedBlockingQueue<>();
  private TestHost host;
  private Guest guest;
  private Listener listener;
  private ControlConnection control;
  private ControlConnection far;
  private SharedPageSender sender;

  @BeforeEach
  void connect() throws Exception {
    host = TestHost.model();
    guest = host.create(new GuestConfiguration("shared", 1 << 20, 0, ""));
    listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), host.identity, PATIENCE);
    listener.start(accepted::add);
    control = ControlConnection.connect(host.identity, listener.address(), PATIENCE);
    far = accepted.take();
    sender = new SharedPageSender(guest, control);
  }

  @AfterEach
  void close() throws Exception {
    Thread closing = Thread.startVirtualThread(far::close);
    control.close();
    closing.join();
    listener.close();
    guest.close();
    host.close();
  }

  @Test
  void sharedPagesGoWithTheirContents() throws Exception {
    guest.pageStatus().setShared(0, 100);
    guest.memory().page(99).fill((byte) 9);
    RoundPages pages = pages(100);
    sender.send(4, pages);
    assertThat(pages.leftOver().isEmpty()).isTrue();

    Message.SharedPages first = far.expect(Message.SharedPages.class);
    Message.SharedPages second = far.expect(Message.SharedPages.class);
    assertThat(first.gfns()).isEqualTo(LongStream.range(0, 64).toArray());
    assertThat(second.gfns()).isEqualTo(LongStream.range(64, 100).toArray());
    assertThat(second.round()).isEqualTo(4);
    assertThat(second.contents()[35 * 4096 - 1]).isZero();
    assertThat(second.contents()[35 * 4096]).isEqualTo((byte) 9);
  }

  @Test
  void aPageThatTheGuestTookBackIsLeftForAnotherRound() throws Exception {
    guest.pageStatus().setShared(0, 3);
    RoundPages pages = pages(3);
    guest.pageStatus().setPrivate(1, 1);
    guest.memory().page(1).fill(SECRET);

    sender.send(0, pages);

    assertThat(pages.leftOver().count()).isOne();
    assertThat(pages.leftOver().contains(1)).isTrue();
    assertThat(far.expect(Message.SharedPages.class).gfns()).containsExactly(0, 2);
  }

  /**
   * The third race of a moving guest: a page changes back and forth within a round. Without the
   * second look at the number of conversions, after the copy, this fails.
   */
  @Test
  void whatAGuestWritesWhileAPageIsPrivateIsNeverSent() throws Exception {
    guest.pageStatus().setShared(0, 8);
    List<RoundPages> rounds = new ArrayList<>();
    for (int round = 0; round < 500; round++) {
      rounds.add(pages(8));
    }
    var done = new AtomicBoolean();
    // A guest that takes a page back, uses it, wipes it and shares it again, over and over.
    Thread converting =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                guest.pageStatus().setPrivate(5, 1);
                guest.memory().page(5).fill(SECRET);
                guest.memory().page(5).fill((byte) 0);
                guest.pageStatus().setShared(5, 1);
                Thread.onSpinWait();
              }
            });
    try {
      for (int round = 0; round < 500; round++) {
        sender.send(round, rounds.get(round));
        if (rounds.get(round).leftOver().count() < 8) {
          Message.SharedPages sent = far.expect(Message.SharedPages.class);
          assertThat(sent.contents()).doesNotContain(SECRET);
        }
      }
    } finally {
      done.set(true);
      converting.join();
    }
  }

  /** A round in which the first pages, shared all of them, are due. */
  private RoundPages pages(long count) {
    var due = new PageSet(guest.memory().pages());
    due.addRange(0, count);
    var pages = new RoundPages(guest, 1);
    pages.begin(due, new Manifest(1));
    assertThat(pages.sharedCount()).isEqualTo(count);
    return pages;
  }
}
