package dev.sealift.interpose.machine;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.interpose.machine.ClientMappings.Place;
import dev.sealift.linux.LinuxSharedMemory;
import dev.sealift.linux.LinuxSockets;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernel of a machine that has a process of its own ({@link MachineServer}), as a program calls
 * it. It answers as it would in this process; a thread's calls are made there by a thread that is
 * only for it, so signals reach a thread in KVM_RUN as ever.
 *
 * <p>Where the machine is gone, or a call of a thread is cut off, the answer is {@code -ENODEV}; it
 * is not known then whether the call was made. A thread that is interrupted (in Java) goes on with
 * its call.
 *
 * <p>What is kept ({@link DescriptorStore}) is kept whole or not at all: whoever closes or unmaps a
 * part of a set has the machine keep none of it any longer.
 */
public final class MachineClient
    implements SystemCalls, ThreadSignals, DescriptorStore, AutoCloseable {
  /** PATH_MAX (linux/limits.h). */
  private static final int MOST_PATH = 4096;

  private static final int ENAMETOOLONG = 36;

  private final ClientThreads threads;
  private final ClientMappings mappings;

  private MachineClient(ClientThreads threads, ClientMappings mappings) {
    this.threads = threads;
    this.mappings = mappings;
  }

  /**
   * Attaches this program to a machine.
   *
   * @param socket where the machine is
   * @throws MachineException if no machine is there, it serves another program, or this user may
   *     not use it
   */
  public static MachineClient attach(Path socket) throws MachineException {
    try {
      ClientThreads threads = ClientThreads.attach(LinuxSockets.open(), socket);
      return new MachineClient(
          threads,
          new ClientMappings(
              LinuxSystemCalls.open(), LinuxSharedMemory.open(), threads.memoryDirectory()));
    } catch (LinuxUnavailableException unavailable) {
      throw new MachineException(String.valueOf(unavailable.getMessage()), unavailable);
    }
  }

  @Override
  public int open(String path, int flags) {
    if (path.getBytes(StandardCharsets.UTF_8).length >= MOST_PATH) {
      return -ENAMETOOLONG;
    }
    ClientConnection connection = threads.connection();
    connection.frame().begin(Request.OPEN).put(flags).put(path);
    return (int) connection.call();
  }

  @Override
  public int close(int fd) {
    return ask(Request.CLOSE, fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    ClientConnection connection = threads.connection();
    connection.frame().begin(Request.IOCTL).put(fd).put(request).put(argument);
    return (int) connection.call();
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    ClientConnection connection = threads.connection();
    connection
        .frame()
        .begin(Request.MMAP)
        .put(length)
        .put(protection)
        .put(flags)
        .put(fd)
        .put(offset);
    long result = connection.call();
    if (result < 0) {
      return new MapResult.Refused(Errno.of(result));
    }
    Place place;
    try {
      place = Place.get(connection.frame());
    } catch (MalformedFrameException malformed) {
      connection.close();
      return new MapResult.Refused(Errno.ENODEV);
    }
    MapResult mapped = mappings.map(place);
    if (mapped instanceof MapResult.Refused) {
      unmapThere(place.address(), place.length());
    }
    return mapped;
  }

  @Override
  public int munmap(MemorySegment mapping) {
    long address = mapping.address();
    long length = mapping.byteSize();
    // Here first: what the machine has unmapped must not be within reach.
    int result = mappings.unmap(mapping);
    return result < 0 ? result : unmapThere(address, length);
  }

  private int unmapThere(long address, long length) {
    ClientConnection connection = threads.connection();
    connection.frame().begin(Request.MUNMAP).put(address).put(length);
    return (int) connection.call();
  }

  @Override
  public int currentThread() {
    return threads.number();
  }

  @Override
  public int block(int signal) {
    return ask(Request.BLOCK, signal);
  }

  @Override
  public int send(int thread, int signal) {
    ClientConnection connection = threads.connection();
    connection.frame().begin(Request.SEND).put(thread).put(signal);
    return (int) connection.call();
  }

  @Override
  public int take(int signal) {
    return ask(Request.TAKE, signal);
  }

  private int ask(Request request, int number) {
    ClientConnection connection = threads.connection();
    connection.frame().begin(request).put(number);
    return (int) connection.call();
  }

  @Override
  public int keep(String name, Kept what) {
    if (!Holdings.isName(name) || what.note().length > MOST_NOTE) {
      return Errno.EINVAL.negated();
    }
    if (what.descriptors().size() > Holdings.MOST_OF_A_KIND
        || what.mappings().size() > Holdings.MOST_OF_A_KIND) {
      return Errno.ENOSPC.negated();
    }
    ClientConnection connection = threads.connection();
    Frame frame =
        connection
            .frame()
            .begin(Request.KEEP)
            .put(name)
            .put(what.descriptors().size())
            .put(what.mappings().size())
            .put(what.note().length);
    what.descriptors().forEach(frame::put);
    what.mappings().forEach(mapping -> frame.put(mapping.address()).put(mapping.byteSize()));
    frame.put(what.note());
    return (int) connection.call();
  }

  @Override
  public int forget(String name) {
    return Holdings.isName(name) ? (int) askFor(Request.FORGET, name) : Errno.ENOENT.negated();
  }

  private long askFor(Request request, String name) {
    ClientConnection connection = threads.connection();
    connection.frame().begin(request).put(name);
    return connection.call();
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the machine is gone: to say that nothing is kept would be wrong
   */
  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    String last = "";
    long more = require(askFor(Request.NAMES, last));
    while (more > 0) {
      try {
        for (; more > 0; more--) {
          last = threads.connection().frame().getText();
          names.add(last);
        }
      } catch (MalformedFrameException malformed) {
        throw lost(Errno.EIO.negated());
      }
      more = require(askFor(Request.NAMES, last));
    }
    return names;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the machine is gone or its memory cannot be mapped: to say that
   *     nothing is kept would be wrong
   */
  @Override
  public Optional<Kept> find(String name) {
    long result = Holdings.isName(name) ? askFor(Request.FIND, name) : Errno.ENOENT.negated();
    if (result == Errno.ENOENT.negated()) {
      return Optional.empty();
    }
    require(result);
    try {
      return Optional.of(found(threads.connection().frame()));
    } catch (MalformedFrameException malformed) {
      throw lost(Errno.EIO.negated());
    }
  }

  private Kept found(Frame frame) throws MalformedFrameException {
    int descriptorCount = frame.getCount(Integer.BYTES);
    int mappingCount = frame.getCount(3 * Long.BYTES + Integer.BYTES);
    int noteLength = frame.getCount(1);
    List<Integer> descriptors = new ArrayList<>();
    for (int i = 0; i < descriptorCount; i++) {
      descriptors.add(frame.getInt());
    }
    List<MemorySegment> memory = new ArrayList<>();
    for (int i = 0; i < mappingCount; i++) {
      switch (mappings.map(Place.get(frame))) {
        case MapResult.Mapped(MemorySegment mapped) -> memory.add(mapped);
        case MapResult.Refused(Errno errno) -> throw lost(errno.negated());
      }
    }
    return new Kept(descriptors, memory, frame.getBytes(noteLength));
  }

  /**
   * What the machine has open for this program.
   *
   * @throws UncheckedIOException if the machine is gone
   */
  public Standing standing() {
    ClientConnection connection = threads.connection();
    connection.frame().begin(Request.STANDING);
    require(connection.call());
    Frame frame = connection.frame();
    try {
      return new Standing(frame.getInt(), frame.getInt(), frame.getInt(), frame.getInt());
    } catch (MalformedFrameException malformed) {
      throw lost(Errno.EIO.negated());
    }
  }

  private long require(long result) {
    if (result < 0) {
      throw lost(result);
    }
    return result;
  }

  private static UncheckedIOException lost(long result) {
    Errno errno = Errno.of(result);
    return new UncheckedIOException(
        new IOException(
            "The machine does not answer (%s, %s): what it keeps is not known. See whether its process lives, and attach to it anew."
                .formatted(errno.name(), errno.meaning())));
  }

  /**
   * Ends this program, as far as the machine is concerned: what it did not keep goes, and its
   * mappings are not valid any more.
   */
  @Override
  public void close() {
    mappings.unmapAll();
    threads.close();
  }
}
