package dev.sealift.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("A host's control socket")
class ControlSocketTest {
  @TempDir Path folder;
  private Path host;
  private ControlServer server;

  /** Answers with what it was asked for. */
  private static final Control ECHO =
      (order, events) -> {
        switch (order) {
          case Order.GuestShow(String name) when name.equals("wrong") ->
              throw new BadInput("There is no such guest.");
          case Order.GuestShow(String name) when name.equals("broken") ->
              throw new Failure("It does not work.");
          case Order.Follow _ -> {
            events.accept(new Cancelled("first", false, ""));
            events.accept(new Cancelled("second", false, ""));
          }
          default -> {}
        }
        return order;
      };

  @BeforeEach
  void serve() throws Exception {
    host = folder.resolve("host");
    server = ControlServer.serve(host.resolve(HostFiles.CONTROL_SOCKET), ECHO);
  }

  @AfterEach
  void end() {
    server.close();
  }

  private List<JsonNode> say(String... lines) throws Exception {
    List<JsonNode> answers = new ArrayList<>();
    try (SocketChannel channel =
            SocketChannel.open(UnixDomainSocketAddress.of(host.resolve(HostFiles.CONTROL_SOCKET)));
        BoundedLines in = new BoundedLines(Channels.newInputStream(channel), 1 << 20)) {
      for (String line : lines) {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        String answer = in.next();
        if (answer != null) {
          answers.add(JsonMapper.shared().readTree(answer));
        }
      }
    }
    return answers;
  }

  @Test
  void answersARequestALineInTheFormOfQmp() throws Exception {
    JsonNode answer =
        say("{\"execute\": \"guest-show\", \"arguments\": {\"name\": \"web\"}, \"id\": [7]}")
            .getFirst();
    assertThat(answer.path("return").path("name").asString()).isEqualTo("web");
    assertThat(answer.path("id").toString()).isEqualTo("[7]");
    try (ControlClient client = ControlClient.of(host)) {
      assertThat(client.ask(new Order.MigrateCancel("m"), Order.MigrateCancel.class).move())
          .isEqualTo("m");
      assertThatThrownBy(() -> client.ask(new Order.GuestShow("wrong"), Object.class))
          .isInstanceOf(BadInput.class)
          .hasMessage("There is no such guest.");
      assertThatThrownBy(() -> client.ask(new Order.GuestShow("broken"), Object.class))
          .isInstanceOf(Failure.class)
          .hasMessage("It does not work.");
      List<String> told = new ArrayList<>();
      client.ask(new Order.Follow(null), Object.class, Cancelled.class, it -> told.add(it.move()));
      assertThat(told).containsExactly("first", "second");
    }
  }

  @Test
  void answersWhatIsNoRequestInASentenceAndGoesOn() throws Exception {
    List<JsonNode> answers =
        say(
            "",
            "[]",
            "{\"execute\": \"guest-show\"",
            "{\"execute\": \"halt\"}",
            "{\"execute\": 7}",
            "{\"execute\": \"guest-show\", \"arguments\": {\"name\": \"web\", \"nmae\": 1}}",
            "{\"execute\": \"guest-show\", \"arguments\": {}}",
            "{\"execute\": \"guest-show\", \"arguments\": []}",
            "{\"execute\": \"guest-show\", \"argument\": {}}",
            "{\"execute\":".repeat(1000),
            "{\"execute\": \"query-host\"} {}",
            "{\"execute\": \"query-host\"}");
    assertThat(answers).hasSize(12);
    assertThat(answers.subList(0, 11))
        .allSatisfy(answer -> {
          assertThat(answer.path("error").path("class").asString()).isEqualTo("Malformed");
          assertThat(answer.path("error").path("desc").asString()).isNotBlank();
        });
    assertThat(answers.get(3).path("error").path("desc").asString())
        .startsWith("'execute' is one of query-host, guest-start");
    assertThat(answers.get(6).path("error").path("desc").asString()).isEqualTo("'name' is missing");
    assertThat(answers.getLast().has("return")).isTrue();
  }

  @Test
  void hangsUpOnALineWithoutEnd() throws Exception {
    List<JsonNode> answers = say("x".repeat(Request.MOST_BYTES + 1));
    assertThat(answers.getFirst().path("error").path("desc").asString())
        .isEqualTo("a line is longer than 65536 bytes");
  }

  @Test
  void isMadeOnlyWhereNothingElseIs() throws Exception {
    assertThatThrownBy(() -> ControlServer.serve(host.resolve(HostFiles.CONTROL_SOCKET), ECHO))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("Another host is at");
    Path file = host.resolve("notes");
    Files.writeString(file, "somebody's");
    assertThatThrownBy(() -> ControlServer.serve(file, ECHO))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("is no socket");
    assertThat(file).hasContent("somebody's");
  }

  @Test
  void isInTheUsersStateUnlessItIsNamed() {
    assertThat(HostFiles.usual("/state", "/home/me")).isEqualTo(Path.of("/state/sealift/host"));
    assertThat(HostFiles.usual("relative", "/home/me"))
        .isEqualTo(Path.of("/home/me/.sealift/host"));
    assertThat(HostFiles.usual(null, "/home/me")).isEqualTo(Path.of("/home/me/.sealift/host"));
  }
}
