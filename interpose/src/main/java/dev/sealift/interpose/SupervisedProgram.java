package dev.sealift.interpose;

import dev.sealift.kernel.SoftwareMachine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program, and all that it starts, whose SEV is a machine in software: its /dev/sev, and the SEV
 * ioctls of its VMs. The program is not changed and not traced; those four ioctls are stopped by a
 * filter and everything else is Linux's own and as fast as ever.
 *
 * <p>It begins without a program: first is found out how it can have /dev/sev, then it is started.
 */
public final class SupervisedProgram implements ClientProgram {
  /** Can be opened by everybody, and no ioctl of SEV's number means anything else to it. */
  private static final Path SUBSTITUTE = Path.of("/dev/null");

  /** A place for the program's /dev/sev, and why it is not /dev/sev itself. */
  private record Place(Path path, @Nullable String otherwise) {}

  private final OwnThread thread;
  private final Place place;
  private final SeccompSupervisor supervisor;
  private final ChildProgram child;
  private boolean closed;

  private SupervisedProgram(
      Linux linux, OwnThread thread, Place place, SeccompSupervisor supervisor) {
    this.thread = thread;
    this.place = place;
    this.supervisor = supervisor;
    this.child = new ChildProgram(linux, thread);
  }

  /**
   * Makes everything ready for a program.
   *
   * @param machine its SEV: a machine over the real kernel
   * @throws InterposeException if this machine or its permissions do not let a program be
   *     supervised at all
   */
  public static SupervisedProgram prepare(SoftwareMachine machine) throws InterposeException {
    return prepare(machine, SevCallObserver.NONE);
  }

  /**
   * The same, with somebody who watches.
   *
   * @param observer is told of every SEV ioctl that the machine answers
   */
  public static SupervisedProgram prepare(SoftwareMachine machine, SevCallObserver observer)
      throws InterposeException {
    Linux linux = Linux.open();
    return prepare(
        linux,
        () -> place(linux),
        place -> new ProgramCalls(linux, machine, place.path().toString(), observer));
  }

  /**
   * A program whose SEV is this machine's own: nothing is answered in its place, its SEV ioctls are
   * only watched.
   *
   * @param observer is told of every one of them
   * @throws InterposeException if this machine or its permissions do not let a program be watched
   */
  public static SupervisedProgram watch(SevCallObserver observer) throws InterposeException {
    Linux linux = Linux.open();
    return prepare(
        linux, () -> new Place(WatchedCalls.DEVICE, null), _ -> new WatchedCalls(linux, observer));
  }

  private static SupervisedProgram prepare(
      Linux linux, OwnThread.Task<Place> places, Function<Place, StoppedCall.Answerer> answerers)
      throws InterposeException {
    OwnThread thread = OwnThread.start("sealift-program");
    SeccompSupervisor supervisor = null;
    boolean ready = false;
    try {
      Place place = thread.run(places);
      SeccompSupervisor started =
          SeccompSupervisor.start(linux, answerers.apply(place), ProgramCalls.REQUESTS);
      supervisor = started;
      thread.run(() -> {
        started.superviseThisThread();
        return place;
      });
      ready = true;
      return new SupervisedProgram(linux, thread, place, supervisor);
    } finally {
      if (!ready) {
        thread.close();
        if (supervisor != null) {
          supervisor.close();
        }
      }
    }
  }

  private static Place place(Linux linux) {
    try {
      return new Place(PrivateDevices.mount(linux), null);
    } catch (InterposeException refused) {
      return new Place(SUBSTITUTE, refused.getMessage());
    }
  }

  /** What the program is to open: /dev/sev, or what stands for it where it cannot have one. */
  public Path device() {
    return place.path();
  }

  /** Why that is not /dev/sev itself, in a sentence. */
  public Optional<String> otherwise() {
    return Optional.ofNullable(place.otherwise());
  }

  /**
   * Starts the program, once, with this process's input, output, errors and environment.
   *
   * @param command the program, which is looked for in PATH, and its arguments
   * @throws InterposeException if it cannot be started
   */
  @Override
  public synchronized void start(List<String> command) throws InterposeException {
    if (closed) {
      throw new InterposeException("The supervision has ended before the program began.");
    }
    child.start(command);
    // The filter has an end only when the last that has it is gone.
    thread.close();
  }

  /** The program's process id. */
  public int pid() {
    return child.pid();
  }

  /**
   * Sends the program a signal, if it runs; one that is being started gets it afterwards.
   *
   * @param number of the signal
   * @return false if it does not run
   */
  @Override
  public boolean signal(int number) {
    return child.signal(number);
  }

  /**
   * Waits until the program has ended and everything that it has started, too: what still runs may
   * have a VM.
   *
   * @return the program's exit code, or 128 and the number of the signal that killed it
   */
  @Override
  public int await() throws InterposeException {
    int code = child.await();
    supervisor.awaitEnd();
    return code;
  }

  /** Ends the supervision: what still runs has no SEV any more, and its VMs are gone here. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    thread.close();
    supervisor.close();
  }
}
