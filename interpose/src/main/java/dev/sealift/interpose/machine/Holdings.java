package dev.sealift.interpose.machine;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.Errno;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The books of what a machine has open for its program, and which of it is kept beyond the
 * program's end. A set is kept whole or not at all: once a part of it is closed or unmapped it is
 * kept no longer.
 */
final class Holdings {
  /** Descriptors of a set at most, and mappings of a set at most. */
  static final int MOST_OF_A_KIND = 256;

  /**
   * A mapping of the program.
   *
   * @param memory as the kernel returned it
   * @param file the address of the first byte of its file
   * @param protection as it was asked for
   */
  record Mapping(MemorySegment memory, long file, int protection) {
    long address() {
      return memory.address();
    }

    long length() {
      return memory.byteSize();
    }
  }

  /**
   * Where a mapping is said to be.
   *
   * @param address of its first byte
   * @param length bytes
   */
  record Span(long address, long length) {}

  /** What is kept under a name. */
  // Never compared, and handed out to be sent only.
  @SuppressWarnings("ArrayRecordComponent")
  record Kept(List<Integer> descriptors, List<Mapping> mappings, byte[] note) {
    Kept {
      descriptors = List.copyOf(descriptors);
      mappings = List.copyOf(mappings);
    }
  }

  /**
   * What nobody keeps.
   *
   * @param descriptors the highest first: a vCPU before its VM, that before /dev/kvm
   */
  record Leftovers(List<Integer> descriptors, List<Mapping> mappings) {
    Leftovers {
      descriptors = List.copyOf(descriptors);
      mappings = List.copyOf(mappings);
    }
  }

  private final NavigableSet<Integer> descriptors = new TreeSet<>();
  private final Map<Long, Mapping> mappings = new HashMap<>();
  private final NavigableMap<String, Kept> kept = new TreeMap<>();

  synchronized void opened(int fd) {
    descriptors.add(fd);
  }

  /** Ahead of the close itself: the number may be another's right after that. */
  synchronized void closing(int fd) {
    if (descriptors.remove(fd)) {
      kept.values().removeIf(set -> set.descriptors().contains(fd));
    }
  }

  synchronized void mapped(Mapping mapping) {
    mappings.put(mapping.address(), mapping);
  }

  /** The mapping that is exactly this, which is about to go; null if there is none. */
  synchronized @Nullable Mapping unmapping(Span span) {
    Mapping mapping = whole(span);
    if (mapping != null) {
      mappings.remove(mapping.address());
      kept.values().removeIf(set -> set.mappings().contains(mapping));
    }
    return mapping;
  }

  private @Nullable Mapping whole(Span span) {
    Mapping mapping = mappings.get(span.address());
    return mapping != null && mapping.length() == span.length() ? mapping : null;
  }

  /** As {@link DescriptorStore#keep}. */
  synchronized int keep(String name, List<Integer> fds, List<Span> spans, byte[] note) {
    if (!isName(name) || note.length > DescriptorStore.MOST_NOTE) {
      return Errno.EINVAL.negated();
    }
    boolean full = !kept.containsKey(name) && kept.size() >= DescriptorStore.MOST_KEPT;
    if (full || fds.size() > MOST_OF_A_KIND || spans.size() > MOST_OF_A_KIND) {
      return Errno.ENOSPC.negated();
    }
    if (!descriptors.containsAll(fds)) {
      return Errno.EBADF.negated();
    }
    List<Mapping> known = new ArrayList<>();
    for (Span span : spans) {
      Mapping mapping = whole(span);
      if (mapping == null) {
        return Errno.EFAULT.negated();
      }
      known.add(mapping);
    }
    kept.put(name, new Kept(fds, known, note));
    return 0;
  }

  /** Whether a set can have this name. */
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.getBytes(StandardCharsets.UTF_8).length <= DescriptorStore.MOST_NAME;
  }

  /** As {@link DescriptorStore#forget}. */
  synchronized int forget(String name) {
    return kept.remove(name) == null ? Errno.ENOENT.negated() : 0;
  }

  /** The first name after another in the order of strings; null if there is none. */
  synchronized @Nullable String nameAfter(String name) {
    return kept.higherKey(name);
  }

  /** What is kept under a name; null if nothing is. */
  synchronized @Nullable Kept find(String name) {
    return kept.get(name);
  }

  /** Takes what is in no set out of the books. */
  synchronized Leftovers takeLeftovers() {
    Set<Integer> keptDescriptors = new HashSet<>();
    Set<Mapping> keptMappings = new HashSet<>();
    for (Kept set : kept.values()) {
      keptDescriptors.addAll(set.descriptors());
      keptMappings.addAll(set.mappings());
    }
    Leftovers left =
        new Leftovers(
            descriptors.descendingSet().stream()
                .filter(fd -> !keptDescriptors.contains(fd))
                .toList(),
            mappings.values().stream().filter(mapping -> !keptMappings.contains(mapping)).toList());
    left.descriptors().forEach(descriptors::remove);
    left.mappings().forEach(mapping -> mappings.remove(mapping.address()));
    return left;
  }

  /** Keeps nothing any longer. */
  synchronized void forgetAll() {
    kept.clear();
  }

  synchronized Standing standing(int connections) {
    return new Standing(connections, descriptors.size(), mappings.size(), kept.size());
  }
}
