package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Protocol;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A source's way to its destination. */
class SourceLinkTest {

  @Test
  void thatBreaksWhileSomethingIsSaidIsLostForWhateverFollows() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(), TestHost.model());
        SourceLink link =
            new SourceLink(
                crossing.source.asSource(),
                crossing.wire.address(),
                Duration.ofSeconds(10),
                null)) {
      link.open();
      crossing.wire.cut();
      Await.until(
          "the break was noticed",
          () -> {
            link.say(new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, true));
            return link.isDown();
          });

      assertThatExceptionOfType(MigrationException.class)
          .isThrownBy(link::control)
          .satisfies(lost -> assertThat(lost.code()).isEqualTo(FailureCode.LINK_LOST));
    }
  }
}
