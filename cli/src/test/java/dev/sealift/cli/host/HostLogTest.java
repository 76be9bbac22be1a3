package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.host.HostLog.Event;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("What a host tells of itself")
class HostLogTest {
  private final StringWriter out = new StringWriter();

  @Test
  void isAnEventALineInWords() {
    HostLog log = new HostLog(new PrintWriter(out), HostLog.Format.WORDS);
    log.tell(Event.warn("link-lost").of("web").in("0123"), "the link broke");
    log.tell(Event.info("ending"), "ends");
    assertThat(
            out.toString().lines().map(line -> line.substring("2026-11-23T09:07:02.173Z".length())))
        .containsExactly(" WARN  web: the link broke [move 0123]", " INFO  ends");
  }

  @Test
  void isAJsonObjectALineForProgramsWhateverPeersSay() {
    HostLog log = new HostLog(new PrintWriter(out), HostLog.Format.JSON);
    log.tell(Event.error("refused").of("we\"b").in("0123"), "a \"peer\"\nsaid\u001b[31m so");
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode event = JsonMapper.shared().readTree(out.toString());
    assertThat(event.path("level").asString()).isEqualTo("error");
    assertThat(event.path("event").asString()).isEqualTo("refused");
    assertThat(event.path("guest").asString()).isEqualTo("we\"b");
    assertThat(event.path("move").asString()).isEqualTo("0123");
    assertThat(event.path("message").asString()).isEqualTo("a \"peer\" said [31m so");
    assertThat(event.path("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z");
  }
}
