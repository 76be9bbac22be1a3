package dev.sealift.abi;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * What a kernel keeps for a program beyond the end of its process: open descriptors and mapped
 * memory, each set under a name. A program that was killed finds them again when it is started
 * anew, with the same numbers and at the same addresses, and takes up what it left.
 *
 * <p>Linux itself closes everything with the process that had it; there {@link #NONE} stands.
 *
 * <p>Thread-safe.
 */
public interface DescriptorStore {

  /** Bytes of a name in UTF-8, at most. */
  int MOST_NAME = 128;

  /** Bytes of a note, at most. */
  int MOST_NOTE = 4096;

  /** Sets at a time, at most. */
  int MOST_KEPT = 1024;

  /** A host that keeps nothing. */
  DescriptorStore NONE =
      new DescriptorStore() {
        @Override
        public int keep(String name, Kept what) {
          return Errno.ENOSYS.negated();
        }

        @Override
        public int forget(String name) {
          return Errno.ENOSYS.negated();
        }

        @Override
        public List<String> names() {
          return List.of();
        }

        @Override
        public Optional<Kept> find(String name) {
          return Optional.empty();
        }
      };

  /**
   * What is kept under a name.
   *
   * @param descriptors open descriptors of the calling program, in an order that it knows
   * @param mappings whole mappings that {@link SystemCalls#mmap} returned, in an order that it
   *     knows
   * @param note what the program wants to read again, up to {@link #MOST_NOTE} bytes
   */
  // Handed over once, and read once.
  @SuppressWarnings("ArrayRecordComponent")
  record Kept(List<Integer> descriptors, List<MemorySegment> mappings, byte[] note) {
    public Kept {
      descriptors = List.copyOf(descriptors);
      mappings = List.copyOf(mappings);
    }
  }

  /**
   * Keeps descriptors and mappings from now on; what was kept under the name before is no longer.
   * All of it happens, or nothing.
   *
   * @return 0; {@code -EBADF} or {@code -EFAULT} for a descriptor or mapping that is none, {@code
   *     -EINVAL} for a name or note that is too long, {@code -ENOSPC} where too much is kept,
   *     {@code -ENOSYS} on a host without a store
   */
  int keep(String name, Kept what);

  /**
   * Keeps a set no longer; its descriptors and mappings stay open as long as this process lives.
   *
   * @return 0, or {@code -ENOENT}
   */
  int forget(String name);

  /** The names under which something is kept. */
  List<String> names();

  /**
   * What is kept under a name, open and mapped in this process; it stays kept. Empty if there is no
   * such name.
   */
  Optional<Kept> find(String name);
}
