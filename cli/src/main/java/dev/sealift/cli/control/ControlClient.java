package dev.sealift.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** A command's conversation with the host of a state directory. Belongs to one thread. */
public final class ControlClient implements AutoCloseable {
  /** The moves that a host remembers, with all their rounds, are far smaller. */
  private static final int MOST_BYTES = 64 << 20;

  // What a newer host says beside what this one knows is not for it.
  private static final ObjectMapper JSON = JsonMapper.shared();

  private final SocketChannel channel;
  private final BoundedLines lines;

  private ControlClient(SocketChannel channel) {
    this.channel = channel;
    lines = new BoundedLines(Channels.newInputStream(channel), MOST_BYTES);
  }

  /**
   * Connects to a host.
   *
   * @param directory its state directory
   * @throws Failure if no host is there
   */
  public static ControlClient of(Path directory) throws Failure {
    Path socket = directory.resolve(HostFiles.CONTROL_SOCKET);
    try {
      return new ControlClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    } catch (IOException | IllegalArgumentException nobody) {
      throw new Failure(
          "No host is running in %s (%s): start one with sealift host --state %s, or name the state directory of another with --state."
              .formatted(directory, Failure.sentence(nobody), directory),
          nobody);
    }
  }

  /**
   * Asks for something.
   *
   * @param answer what the host answers with
   */
  public <T> T ask(Order order, Class<T> answer) throws BadInput, Failure {
    return ask(order, answer, answer, _ -> {});
  }

  /**
   * Asks, and hears what is told meanwhile.
   *
   * @param told what an event carries
   * @param events hears it
   */
  public <T, E> T ask(Order order, Class<T> answer, Class<E> told, Consumer<E> events)
      throws BadInput, Failure {
    try {
      ByteBuffer line = ByteBuffer.wrap((Request.line(order) + "\n").getBytes(UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      for (String said = lines.next(); said != null; said = lines.next()) {
        JsonNode node = JSON.readTree(said);
        if (node.has("event")) {
          events.accept(JSON.treeToValue(node.get("data"), told));
        } else if (node.has("return")) {
          return JSON.treeToValue(node.get("return"), answer);
        } else {
          throw refused(node.path("error"));
        }
      }
      throw new Failure("The host ended before it answered: look at what it logged.");
    } catch (IOException lost) {
      throw new Failure(
          "The host does not answer any more (%s): look at what it logged."
              .formatted(Failure.sentence(lost)),
          lost);
    } catch (JacksonException foreign) {
      throw new Failure(
          "The host answers in a way that this version of sealift does not understand: use the same version for both.",
          foreign);
    }
  }

  private static Failure refused(JsonNode error) throws BadInput {
    String sentence = error.path("desc").asString("the host says nothing more");
    if (error.path("class").asString("").equals("Failure")) {
      String more = error.path("more").asString("");
      return Failure.elsewhere(sentence, more.isEmpty() ? null : more);
    }
    throw new BadInput(sentence);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException gone) {
      // Nothing is lost with a conversation that is over.
    }
  }
}
