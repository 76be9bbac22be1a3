package dev.sealift.testkit;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A kernel before which faults stand, and which knows what its callers have not given back. */
final class WatchedCalls implements SystemCalls {
  private final SystemCalls below;
  private final KernelFaults faults;
  private final Map<Integer, String> descriptors = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, MemorySegment> mappings = new ConcurrentSkipListMap<>();

  WatchedCalls(SystemCalls below, KernelFaults faults) {
    this.below = below;
    this.faults = faults;
  }

  /** What was not closed or unmapped, a sentence each. */
  List<String> left() {
    List<String> left = new ArrayList<>();
    if (!descriptors.isEmpty()) {
      left.add(
          "has %d %s that nobody closed: %s"
              .formatted(
                  descriptors.size(),
                  descriptors.size() == 1 ? "descriptor" : "descriptors",
                  String.join(", ", descriptors.values().stream().sorted().toList())));
    }
    if (!mappings.isEmpty()) {
      long bytes = mappings.values().stream().mapToLong(MemorySegment::byteSize).sum();
      left.add(
          "has mapped memory that nobody unmapped: %d times, %d bytes together"
              .formatted(mappings.size(), bytes));
    }
    return left;
  }

  @Override
  public int open(String path, int flags) {
    Optional<Errno> fault = faults.comes(new KernelFaults.Call.Open());
    if (fault.isPresent()) {
      return fault.get().negated();
    }
    int fd = below.open(path, flags);
    if (fd >= 0) {
      descriptors.put(fd, path);
    }
    return fd;
  }

  @Override
  public int close(int fd) {
    descriptors.remove(fd);
    return below.close(fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    Optional<Errno> fault = faults.comes(new KernelFaults.Call.Ioctl(request));
    SevCommand command = request == KvmIoctl.MEMORY_ENCRYPT_OP ? command(argument) : null;
    if (command != null) {
      Optional<Errno> ofCommand = faults.comes(new KernelFaults.Call.Sev(command));
      fault = fault.isPresent() ? fault : ofCommand;
    }
    if (fault.isPresent()) {
      return fault.get().negated();
    }
    int result = below.ioctl(fd, request, argument);
    if (result >= 0 && request == KvmIoctl.CREATE_VM) {
      descriptors.put(result, "a VM");
    } else if (result >= 0 && request == KvmIoctl.CREATE_VCPU) {
      descriptors.put(result, "a vCPU");
    }
    return result;
  }

  private @Nullable SevCommand command(long argument) {
    Map.Entry<Long, MemorySegment> mapping = mappings.floorEntry(argument);
    if (mapping == null) {
      return null;
    }
    long offset = argument - mapping.getKey();
    if (mapping.getValue().byteSize() - offset < KvmSevCmd.LAYOUT.size()) {
      return null;
    }
    return SevCommand.of(KvmSevCmd.read(mapping.getValue().asSlice(offset)).id());
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    Optional<Errno> fault = faults.comes(new KernelFaults.Call.Mmap());
    if (fault.isPresent()) {
      return new MapResult.Refused(fault.get());
    }
    MapResult result = below.mmap(length, protection, flags, fd, offset);
    if (result instanceof MapResult.Mapped(MemorySegment memory)) {
      mappings.put(memory.address(), memory);
    }
    return result;
  }

  @Override
  public int munmap(MemorySegment mapping) {
    MemorySegment removed = mappings.remove(mapping.address());
    int result = below.munmap(mapping);
    if (result < 0 && removed != null) {
      mappings.put(mapping.address(), removed);
    }
    return result;
  }
}
