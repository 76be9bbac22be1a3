package dev.sealift.cli.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.BoundedLines;
import dev.sealift.cli.Failure;
import dev.sealift.cli.explain.More;
import dev.sealift.interpose.machine.MachineException;
import dev.sealift.interpose.machine.OwnersSocket;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A host's control socket: serves its owner's commands, each connection on a thread of its own, one
 * request after the other.
 */
public final class ControlServer implements AutoCloseable {
  private static final int MOST_CLIENTS = 64;

  private final OwnersSocket socket;
  private final Control control;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private ControlServer(OwnersSocket socket, Control control) {
    this.socket = socket;
    this.control = control;
  }

  /**
   * Makes the socket and begins to serve.
   *
   * @throws Failure if another host is there, or anything else
   */
  public static ControlServer serve(Path path, Control control) throws Failure {
    try {
      var server = new ControlServer(OwnersSocket.bind(path, "host"), control);
      Thread.ofPlatform().name("sealift-control").daemon().start(server::acceptAll);
      return server;
    } catch (MachineException refused) {
      throw new Failure(Failure.sentence(refused), refused);
    }
  }

  private void acceptAll() {
    for (SocketChannel client = socket.accept(); client != null; client = socket.accept()) {
      if (clients.size() >= MOST_CLIENTS || closed) {
        close(client);
      } else {
        clients.add(client);
        SocketChannel accepted = client;
        Thread.ofPlatform().name("sealift-control-client").daemon().start(() -> serve(accepted));
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        BoundedLines lines =
            new BoundedLines(Channels.newInputStream(client), Request.MOST_BYTES)) {
      answerAll(lines, Channels.newOutputStream(client));
    } catch (IOException | UncheckedIOException gone) {
      // Whoever asked does not listen any more.
    } finally {
      clients.remove(client);
    }
  }

  private void answerAll(BoundedLines lines, OutputStream out) throws IOException {
    try {
      for (String line = lines.next(); line != null; line = lines.next()) {
        answer(line, out);
      }
    } catch (BoundedLines.TooLongException endless) {
      // The rest of the line is still to come: nothing that follows can be told from it.
      say(out, error("Malformed", Failure.sentence(endless), null));
    }
  }

  private void answer(String line, OutputStream out) {
    Request request;
    try {
      request = Request.parse(line);
    } catch (Request.MalformedException malformed) {
      say(out, error("Malformed", Failure.sentence(malformed), null));
      return;
    }
    say(out, answer(request, out));
  }

  private ObjectNode answer(Request request, OutputStream out) {
    Consumer<Object> events = data -> say(out, event(data));
    try {
      Object done = control.execute(request.order(), events);
      ObjectNode answer = Request.JSON.createObjectNode();
      answer.set("return", Request.JSON.valueToTree(done));
      return identified(answer, request.id());
    } catch (BadInput wrong) {
      return error("BadInput", Failure.sentence(wrong), request.id());
    } catch (Failure | VmmException failed) {
      ObjectNode error = error("Failure", Failure.sentence(failed), request.id());
      More.of(failed).ifPresent(more -> error.withObject("/error").put("more", more));
      return error;
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return error("Failure", "the host is ending", request.id());
    }
  }

  private static ObjectNode event(Object data) {
    ObjectNode event = Request.JSON.createObjectNode();
    event.put("event", "CHANGED").put("timestamp", Instant.now().toString());
    event.set("data", Request.JSON.valueToTree(data));
    return event;
  }

  private static ObjectNode error(String kind, String sentence, @Nullable JsonNode id) {
    ObjectNode answer = Request.JSON.createObjectNode();
    answer.putObject("error").put("class", kind).put("desc", sentence);
    return identified(answer, id);
  }

  private static ObjectNode identified(ObjectNode answer, @Nullable JsonNode id) {
    if (id != null) {
      answer.set("id", id);
    }
    return answer;
  }

  private static void say(OutputStream out, ObjectNode answer) {
    try {
      out.write((Request.JSON.writeValueAsString(answer) + "\n").getBytes(UTF_8));
      out.flush();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static void close(SocketChannel client) {
    try {
      client.close();
    } catch (IOException gone) {
      // Nothing is lost with a connection that is given up.
    }
  }

  /** Takes no more requests; those under way are finished, but their answers may not be heard. */
  @Override
  public void close() {
    closed = true;
    socket.close();
    clients.forEach(ControlServer::close);
  }
}
