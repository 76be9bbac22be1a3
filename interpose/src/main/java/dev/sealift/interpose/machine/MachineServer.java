package dev.sealift.interpose.machine;

import dev.sealift.abi.Errno;
import dev.sealift.kernel.SoftwareMachine;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serves the kernel of a machine in software to a program in another process, over a Unix domain
 * socket. To the kernel it is as if the program called it itself: a connection for each thread of
 * the program, whose calls one thread here makes.
 *
 * <p>When the program ends, killed or not, what runs for it comes back, and then its descriptors
 * are closed and its memory is unmapped, but for what it kept ({@link
 * dev.sealift.abi.DescriptorStore}). All of that is done before another program gets an answer.
 * There is one program at a time; a second one is refused.
 *
 * <p>Whoever may write to the socket may do all that the machine's owner may: it is for its owner
 * only, in a directory for its owner only, and the user at the other end must be the same.
 */
public final class MachineServer implements AutoCloseable {
  /** Connections at a time, at most. */
  private static final int MOST_CONNECTIONS = 1024;

  private static final System.Logger LOG = System.getLogger("dev.sealift.interpose");

  private final OwnersSocket socket;
  private final SharedMemory memory;
  private final ServedCalls calls;
  private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;

  /** Guarded by this. */
  private @Nullable ServedProgram program;

  private boolean closed;

  private MachineServer(OwnersSocket socket, SoftwareMachine machine, SharedMemory memory) {
    this.socket = socket;
    this.memory = memory;
    this.calls = new ServedCalls(machine, memory);
    this.acceptor = Thread.ofPlatform().daemon().name("sealift-machine").unstarted(this::acceptAll);
  }

  /**
   * Serves a machine from now on.
   *
   * @param socket where programs find it, in a directory that only this user can use; it is made
   *     where there is none
   * @param machine a model machine whose memory comes from {@code memory}
   * @param memory stays open for as long as this
   * @throws MachineException if another machine is there, the directory is not the owner's alone,
   *     or the socket cannot be made
   */
  public static MachineServer serve(Path socket, SoftwareMachine machine, SharedMemory memory)
      throws MachineException {
    MachineServer server = new MachineServer(OwnersSocket.bind(socket, "machine"), machine, memory);
    server.acceptor.start();
    return server;
  }

  /** What is open for the program, and kept of it. */
  public Standing standing() {
    return calls.standing(programsConnections());
  }

  private synchronized int programsConnections() {
    return program == null ? 0 : program.connections();
  }

  private void acceptAll() {
    while (true) {
      SocketChannel channel = socket.accept();
      if (channel == null) {
        return;
      }
      ServedConnection connection = new ServedConnection(channel);
      if (connections.size() >= MOST_CONNECTIONS) {
        connection.close();
        continue;
      }
      connections.add(connection);
      Thread.ofPlatform().daemon().name("sealift-machine-call").start(() -> serve(connection));
    }
  }

  private void serve(ServedConnection connection) {
    try {
      Request first = connection.next();
      Frame frame = connection.frame();
      switch (first) {
        case null -> {}
        case ATTACH -> attach(id(frame), connection);
        case JOIN -> join(id(frame), connection);
        default -> throw new MalformedFrameException("a call before its thread has joined");
      }
    } catch (MalformedFrameException malformed) {
      LOG.log(Level.DEBUG, "A connection is ended: it sent {0}.", malformed.getMessage());
    } catch (IOException gone) {
      // The other end is gone, and so is the thread that it was for.
    } catch (RuntimeException broken) {
      LOG.log(Level.ERROR, "A connection is ended: the machine failed to answer it.", broken);
    } finally {
      connection.close();
      connections.remove(connection);
    }
  }

  private static ProgramId id(Frame frame) throws MalformedFrameException {
    long magic = frame.getLong();
    int version = frame.getInt();
    ProgramId id = new ProgramId(frame.getLong(), frame.getLong());
    frame.requireEnd();
    if (magic != Request.MAGIC || version != Request.VERSION) {
      throw new MalformedFrameException("another protocol, or another version of it");
    }
    return id;
  }

  /** Serves a program until it has ended and nothing is left of it. */
  private void attach(ProgramId id, ServedConnection connection)
      throws IOException, MalformedFrameException {
    connection.channel().configureBlocking(false);
    ServedProgram attached = admit(id, connection.channel());
    if (attached == null) {
      connection.frame().begin(Errno.EBUSY.negated());
      connection.send();
      return;
    }
    try {
      connection.frame().begin(0).put(memory.directory().toString());
      connection.send();
      attached.awaitEnd();
    } finally {
      attached.end();
      calls.programEnded();
      synchronized (this) {
        program = null;
      }
      attached.tidied();
    }
  }

  /** Makes a program the one that is served; null if another is. */
  private @Nullable ServedProgram admit(ProgramId id, SocketChannel lifeline) throws IOException {
    while (true) {
      ServedProgram before;
      synchronized (this) {
        if (closed) {
          return null;
        }
        before = program;
        if (before == null) {
          ServedProgram admitted = new ServedProgram(id, lifeline, calls.signals());
          program = admitted;
          return admitted;
        }
      }
      if (!before.isAtItsEnd() || !before.awaitTidied()) {
        return null;
      }
    }
  }

  private synchronized @Nullable ServedProgram program(ProgramId id) {
    return program != null && program.id().equals(id) ? program : null;
  }

  /** Serves a thread of the program until it has ended. */
  private void join(ProgramId id, ServedConnection connection)
      throws IOException, MalformedFrameException {
    ServedProgram joined = program(id);
    int thread = calls.signals().currentThread();
    if (joined == null || !joined.join(thread, connection)) {
      connection.frame().begin(Errno.ESRCH.negated());
      connection.send();
      return;
    }
    try {
      connection.frame().begin(thread);
      connection.send();
      Request request = connection.next();
      while (request != null) {
        calls.answer(request, connection.frame(), joined.connections());
        connection.send();
        request = connection.next();
      }
    } finally {
      joined.leave(thread);
    }
  }

  /** Switches the machine off: its program is cut off, and nothing is kept of it. */
  @Override
  public void close() {
    ServedProgram last;
    synchronized (this) {
      closed = true;
      last = program;
    }
    socket.close();
    connections.forEach(ServedConnection::close);
    if (last != null) {
      last.cutOff();
      last.awaitTidied();
    }
    calls.machineEnds();
  }
}
