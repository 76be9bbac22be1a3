package dev.sealift.interpose.machine;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.OpenFlags;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.linux.LinuxSharedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/**
 * What a program has mapped of its machine's memory: the same files at the same addresses. Where
 * the machine is in the same process they are there already, and are its own to unmap.
 */
final class ClientMappings {

  /**
   * Where the machine has a mapping.
   *
   * @param address of its first byte
   * @param length bytes
   * @param file the address of the first byte of its file
   * @param protection as it was asked for
   */
  record Place(long address, long length, long file, int protection) {

    /** As it comes in a frame. */
    static Place get(Frame frame) throws MalformedFrameException {
      return new Place(frame.getLong(), frame.getLong(), frame.getLong(), frame.getInt());
    }

    boolean isWritable() {
      return (protection & MapFlags.PROT_WRITE) != 0;
    }
  }

  private record Mapped(MemorySegment memory, Arena lifetime) {}

  private final SystemCalls linux;
  private final LinuxSharedMemory sharing;
  private final Path directory;
  private final ConcurrentMap<Long, Mapped> byAddress = new ConcurrentHashMap<>();

  ClientMappings(SystemCalls linux, LinuxSharedMemory sharing, Path directory) {
    this.linux = linux;
    this.sharing = sharing;
    this.directory = directory;
  }

  /** Maps a place; what this program has there already is that. */
  synchronized MapResult map(Place place) {
    Mapped known = byAddress.get(place.address());
    if (known != null && known.memory().byteSize() == place.length()) {
      return new MapResult.Mapped(known.memory());
    }
    Path file = SharedMemory.file(directory, place.file());
    int result = mapFile(file, place);
    boolean own = result == 0;
    if (!own && !(result == Errno.EEXIST.negated() && isThere(file, place))) {
      return new MapResult.Refused(Errno.of(result));
    }
    return new MapResult.Mapped(add(place, own));
  }

  private int mapFile(Path file, Place place) {
    int mode = place.isWritable() ? OpenFlags.O_RDWR : OpenFlags.O_RDONLY;
    int fd = linux.open(file.toString(), mode | OpenFlags.O_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    // x86 has no memory that can be written but not read.
    int result =
        sharing.map(
            place.address(),
            place.length(),
            place.isWritable() ? MapFlags.PROT_READ | MapFlags.PROT_WRITE : MapFlags.PROT_READ,
            fd,
            place.address() - place.file());
    linux.close(fd);
    return result;
  }

  /** Whether this process has the file there: a file is never mapped but at its own address. */
  private static boolean isThere(Path file, Place place) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> line.endsWith(" " + file)).anyMatch(line -> covers(line, place));
    } catch (IOException noProc) {
      return false;
    }
  }

  private static boolean covers(String line, Place place) {
    String[] ends = line.substring(0, line.indexOf(' ')).split("-", 2);
    return Long.parseUnsignedLong(ends[0], 16) <= place.address()
        && Long.parseUnsignedLong(ends[1], 16) >= place.address() + place.length();
  }

  // Closed by unmap.
  @SuppressWarnings("MustBeClosedChecker")
  private MemorySegment add(Place place, boolean own) {
    Arena lifetime = Arena.ofShared();
    Runnable end = own ? () -> sharing.unmap(place.address(), place.length()) : () -> {};
    MemorySegment mapped = sharing.segment(place.address(), place.length(), lifetime, end);
    MemorySegment memory = place.isWritable() ? mapped : mapped.asReadOnly();
    byAddress.put(place.address(), new Mapped(memory, lifetime));
    return memory;
  }

  /**
   * Unmaps a whole mapping here; no access through its segment reaches it any more.
   *
   * @return 0; {@code -EINVAL} if this is no mapping of this program, {@code -EBUSY} while another
   *     thread is inside an access to it
   */
  synchronized int unmap(MemorySegment memory) {
    Mapped mapped = byAddress.get(memory.address());
    if (mapped == null || mapped.memory().byteSize() != memory.byteSize()) {
      return Errno.EINVAL.negated();
    }
    try {
      mapped.lifetime().close();
    } catch (IllegalStateException inUse) {
      return Errno.EBUSY.negated();
    }
    byAddress.remove(memory.address());
    return 0;
  }

  /** Unmaps everything but what is in use this very moment. */
  synchronized void unmapAll() {
    byAddress.values().forEach(mapped -> unmap(mapped.memory()));
  }
}
