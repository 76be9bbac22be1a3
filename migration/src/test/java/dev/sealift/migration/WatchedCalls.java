package dev.sealift.migration;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.sev.KvmSevCmd;
import dev.sealift.abi.sev.KvmSevUpdateVmsa;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * System calls that remember what lay in memory: every mapping that is given back is copied first,
 * if the test asks for it. They count the SEV commands, too.
 */
final class WatchedCalls implements SystemCalls {
  private final SystemCalls below;
  private final Map<Long, MemorySegment> mappings = new ConcurrentHashMap<>();
  private final List<byte[]> givenBack = new ArrayList<>();
  private final Map<Integer, Integer> sevCommands = new ConcurrentHashMap<>();
  private volatile boolean watching;
  private volatile int refusedIoctl;
  private final AtomicReference<Interruption> interruption = new AtomicReference<>();
  private volatile int tamperedByte = -1;
  private final AtomicInteger mappingsLeft = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicInteger descriptorsLeft = new AtomicInteger(Integer.MAX_VALUE);

  WatchedCalls(SystemCalls below) {
    this.below = below;
  }

  void watch() {
    watching = true;
  }

  /** From here on one ioctl is answered with EIO. */
  void refuse(int request) {
    refusedIoctl = request;
  }

  /** From here on so many mappings are made, and the one after them is answered with ENOMEM. */
  void refuseMappingAfter(int made) {
    mappingsLeft.set(made);
  }

  /** From here on so many descriptors are given, and the one after them is refused with EMFILE. */
  void refuseDescriptorAfter(int given) {
    descriptorsLeft.set(given);
  }

  private record Interruption(int request, Runnable act) {}

  /** Does something right before the next call of an ioctl, once. */
  void before(int request, Runnable act) {
    interruption.set(new Interruption(request, act));
  }

  /** From here on a bit of one byte of every VMSA packet is flipped once it is sealed. */
  void tamperWithVmsa(int offset) {
    tamperedByte = offset;
  }

  /** What lay in every mapping when it was given back, and what lies in those still there. */
  synchronized List<byte[]> contents() {
    List<byte[]> all = new ArrayList<>(givenBack);
    mappings.values().forEach(mapping -> all.add(mapping.toArray(ValueLayout.JAVA_BYTE)));
    return all;
  }

  /** How often KVM_MEMORY_ENCRYPT_OP was called with parameters for a command of this number. */
  int sevCommands(int id) {
    return sevCommands.getOrDefault(id, 0);
  }

  private void tamper(KvmSevCmd command) {
    if (command.id() == SevCommand.SEND_UPDATE_VMSA.id() && command.data() != 0) {
      long packet = KvmSevUpdateVmsa.read(memoryAt(command.data())).transUaddr();
      MemorySegment flipped = memoryAt(packet).asSlice(tamperedByte, 1);
      flipped.set(ValueLayout.JAVA_BYTE, 0, (byte) (flipped.get(ValueLayout.JAVA_BYTE, 0) ^ 1));
    }
  }

  private MemorySegment memoryAt(long address) {
    for (MemorySegment mapping : mappings.values()) {
      long offset = address - mapping.address();
      if (offset >= 0 && offset < mapping.byteSize()) {
        return mapping.asSlice(offset);
      }
    }
    throw new AssertionError("nothing is mapped at 0x" + Long.toHexString(address));
  }

  private void count(long argument) {
    for (MemorySegment mapping : mappings.values()) {
      long offset = argument - mapping.address();
      if (offset >= 0 && offset < mapping.byteSize()) {
        KvmSevCmd command = KvmSevCmd.read(mapping.asSlice(offset));
        if (command.data() != 0) {
          sevCommands.merge(command.id(), 1, Integer::sum);
        }
      }
    }
  }

  @Override
  public int open(String path, int flags) {
    if (descriptorsLeft.getAndDecrement() == 0) {
      return Errno.EMFILE.negated();
    }
    return below.open(path, flags);
  }

  @Override
  public int close(int fd) {
    return below.close(fd);
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    if (request == KvmIoctl.MEMORY_ENCRYPT_OP) {
      count(argument);
    }
    Interruption due = interruption.get();
    if (due != null && due.request == request && interruption.compareAndSet(due, null)) {
      due.act.run();
    }
    if (givesDescriptor(request) && descriptorsLeft.getAndDecrement() == 0) {
      return Errno.EMFILE.negated();
    }
    int result = request == refusedIoctl ? Errno.EIO.negated() : below.ioctl(fd, request, argument);
    if (request == KvmIoctl.MEMORY_ENCRYPT_OP && tamperedByte >= 0) {
      tamper(KvmSevCmd.read(memoryAt(argument)));
    }
    return result;
  }

  private static boolean givesDescriptor(int request) {
    return request == KvmIoctl.CREATE_VM || request == KvmIoctl.CREATE_VCPU;
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    if (mappingsLeft.getAndDecrement() == 0) {
      return new MapResult.Refused(Errno.ENOMEM);
    }
    MapResult result = below.mmap(length, protection, flags, fd, offset);
    if (result instanceof MapResult.Mapped(MemorySegment memory)) {
      mappings.put(memory.address(), memory);
    }
    return result;
  }

  @Override
  public synchronized int munmap(MemorySegment mapping) {
    mappings.remove(mapping.address());
    if (watching) {
      givenBack.add(mapping.toArray(ValueLayout.JAVA_BYTE));
    }
    return below.munmap(mapping);
  }
}
