package dev.sealift.interpose.machine;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.Pages;
import dev.sealift.kernel.MemorySource;
import dev.sealift.linux.LinuxSharedMemory;
import dev.sealift.linux.LinuxSystemCalls;
import dev.sealift.linux.LinuxUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A machine's memory in files, one for each piece, that another process of the same user can map.
 * Each has an address of its own, which is never given twice, far from where Linux and Java put
 * things; its file is named by that. So both processes have a piece at the same address, and an
 * address in a structure means the same to both.
 *
 * <p>The files' pages are taken when a piece is made: a file system that is full refuses the next
 * piece, and takes nobody by surprise who writes to one.
 */
public final class SharedMemory implements MemorySource, AutoCloseable {
  /** Where files are memory, and stay memory. */
  public static final Path TMPFS = Path.of("/dev/shm");

  /** The range of all machines: above Java's heaps, below where Linux puts mappings by itself. */
  private static final long FIRST = 0x1000_0000_0000L;

  private static final long END = 0x5000_0000_0000L;

  /** Machines begin at one of so many places, so that two of them in one process rarely meet. */
  private static final int STARTS = 1 << 14;

  /** How often an address that is in use is passed over. */
  private static final int ATTEMPTS = 64;

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final LinuxSystemCalls calls;
  private final LinuxSharedMemory linux;
  private final MemoryDirectory directory;
  private final NavigableMap<Long, Long> lengthByFile = new ConcurrentSkipListMap<>();
  private long next;

  private SharedMemory(LinuxSystemCalls calls, LinuxSharedMemory linux, MemoryDirectory directory) {
    this.calls = calls;
    this.linux = linux;
    this.directory = directory;
    this.next = FIRST + (END - FIRST) / STARTS * ThreadLocalRandom.current().nextInt(STARTS);
  }

  /**
   * Memory in a new directory, which only this user can read. What a machine has left behind that
   * was killed is removed.
   *
   * @param parent holds the directory; best {@link #TMPFS}
   * @throws MachineException if this is not Linux on x86-64, or the directory cannot be made or its
   *     file system does not set pages aside
   */
  public static SharedMemory create(Path parent) throws MachineException {
    try {
      SharedMemory memory =
          new SharedMemory(
              LinuxSystemCalls.open(), LinuxSharedMemory.open(), MemoryDirectory.create(parent));
      memory.tryOut(parent);
      return memory;
    } catch (LinuxUnavailableException unavailable) {
      throw new MachineException(String.valueOf(unavailable.getMessage()), unavailable);
    }
  }

  private void tryOut(Path parent) throws MachineException {
    try (Arena arena = Arena.ofShared()) {
      allocate(Pages.SIZE, arena);
    } catch (OutOfMemoryError none) {
      close();
      throw new MachineException(
          "A machine's memory cannot lie in %s: there is no room, or its file system sets none aside (%s). Name a directory on a tmpfs, such as %s."
              .formatted(parent, none.getMessage(), TMPFS),
          none);
    }
  }

  /** Where the files are. */
  public Path directory() {
    return directory.path();
  }

  /** The file with what is at an address, known by the address of its first byte. */
  long fileAt(long address) {
    Map.Entry<Long, Long> file = lengthByFile.floorEntry(address);
    if (file == null || address - file.getKey() >= file.getValue()) {
      throw new IllegalArgumentException("no memory of this machine");
    }
    return file.getKey();
  }

  /** The file whose first byte is at an address. */
  static Path file(Path directory, long start) {
    return directory.resolve(Long.toHexString(start));
  }

  @Override
  public MemorySegment allocate(long length, Arena lifetime) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long start = address(length);
      Path file = file(directory.path(), start);
      int result;
      try {
        Files.createFile(file, OWNER_ONLY);
        result = map(file, start, length);
      } catch (IOException refused) {
        throw noMemory(String.valueOf(refused.getMessage()));
      }
      if (result == 0) {
        lengthByFile.put(start, length);
        return linux.segment(start, length, lifetime, () -> release(file, start, length));
      }
      delete(file);
      if (result != Errno.EEXIST.negated()) {
        throw noMemory(Errno.of(result).meaning());
      }
    }
    throw noMemory("its addresses are in use");
  }

  private int map(Path file, long start, long length) {
    int fd = calls.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    int result = linux.reserve(fd, length);
    if (result == 0) {
      result = linux.map(start, length, MapFlags.PROT_READ | MapFlags.PROT_WRITE, fd, 0);
    }
    calls.close(fd);
    return result;
  }

  private synchronized long address(long length) {
    if (length > END - FIRST) {
      throw noMemory("more than all addresses");
    }
    // A page is left out: an access that runs off the end of one piece meets no other.
    long room = length + Pages.SIZE;
    if (next > END - room) {
      throw noMemory("all addresses were given out");
    }
    long start = next;
    next += room;
    return start;
  }

  private void release(Path file, long start, long length) {
    linux.unmap(start, length);
    lengthByFile.remove(start);
    delete(file);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException gone) {
      // The directory goes with all that is in it.
    }
  }

  private static OutOfMemoryError noMemory(String why) {
    return new OutOfMemoryError("no memory for a machine: " + why);
  }

  /** Removes the files. What is still mapped stays memory until its lifetime ends. */
  @Override
  public void close() {
    directory.close();
  }
}
