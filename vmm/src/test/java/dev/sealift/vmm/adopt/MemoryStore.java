package dev.sealift.vmm.adopt;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.Errno;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A store for programs that live and die inside this process. */
final class MemoryStore implements DescriptorStore {
  private final Map<String, Kept> sets = new ConcurrentHashMap<>();

  @Override
  public int keep(String name, Kept what) {
    if (name.getBytes(StandardCharsets.UTF_8).length > MOST_NAME
        || what.note().length > MOST_NOTE) {
      return Errno.EINVAL.negated();
    }
    sets.put(name, what);
    return 0;
  }

  @Override
  public int forget(String name) {
    return sets.remove(name) == null ? Errno.ENOENT.negated() : 0;
  }

  @Override
  public List<String> names() {
    return sets.keySet().stream().sorted().toList();
  }

  @Override
  public Optional<Kept> find(String name) {
    return Optional.ofNullable(sets.get(name));
  }

  boolean keepsDescriptor(int fd) {
    return sets.values().stream().anyMatch(kept -> kept.descriptors().contains(fd));
  }

  boolean keepsMapping(long address) {
    return sets.values().stream()
        .flatMap(kept -> kept.mappings().stream())
        .anyMatch(mapping -> mapping.address() == address);
  }
}
