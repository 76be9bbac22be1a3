package dev.sealift.interpose;

import dev.sealift.kernel.ForeignVirtualMachine;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The VMs of supervised processes, by open file: a descriptor that was duplicated, inherited or
 * passed on is the same VM. Of each VM one descriptor is held here, by which it is known again;
 * once no process has another one, it is let go and the VM ends.
 */
final class SupervisedVms implements AutoCloseable {
  /** How Linux names the open file of a VM. */
  static final String NAME = "anon_inode:kvm-vm";

  private final Linux linux;
  private final Function<SupervisedProcess, ForeignVirtualMachine> maker;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<Integer> seen = new LinkedHashSet<>();

  /** A VM, and a descriptor by which a process has it. */
  static final class Entry {
    private final SupervisedProcess owner;
    private final ForeignVirtualMachine vm;
    private final int held;
    private int pid;
    private int fd;

    private Entry(SupervisedProcess owner, ForeignVirtualMachine vm, int held, int fd) {
      this.owner = owner;
      this.vm = vm;
      this.held = held;
      this.pid = owner.pid();
      this.fd = fd;
    }

    /** The process that it is a VM of. */
    SupervisedProcess owner() {
      return owner;
    }

    ForeignVirtualMachine vm() {
      return vm;
    }
  }

  /**
   * @param maker what the kernel keeps of a process's VM
   */
  SupervisedVms(Linux linux, Function<SupervisedProcess, ForeignVirtualMachine> maker) {
    this.linux = linux;
    this.maker = maker;
  }

  /** The VM at a descriptor of a process; null if the process is gone. */
  @Nullable Entry at(SupervisedProcess process, int fd, StoppedCall call) {
    for (Entry entry : entries) {
      if (linux.foreign().isSame(process.pid(), fd, entry.held)) {
        return entry;
      }
    }
    // A new one: those that ended before it give back what they had.
    endClosed();
    int held = linux.foreign().take(process.pid(), fd);
    if (held < 0) {
      return null;
    }
    if (!call.waits().getAsBoolean()) {
      linux.calls().close(held);
      return null;
    }
    seen.add(process.pid());
    Entry entry = new Entry(process, maker.apply(process), held, fd);
    entries.add(entry);
    return entry;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Ends the VMs that no process has open any more. */
  void endClosed() {
    for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (!isOpen(entry)) {
        all.remove();
        end(entry);
      }
    }
    if (entries.isEmpty()) {
      seen.clear();
    }
  }

  private boolean isOpen(Entry entry) {
    return linux.foreign().isSame(entry.pid, entry.fd, entry.held) || isFoundElsewhere(entry);
  }

  private boolean isFoundElsewhere(Entry entry) {
    for (int pid : processes()) {
      for (int fd : ForeignFiles.descriptors(pid, NAME)) {
        if (linux.foreign().isSame(pid, fd, entry.held)) {
          entry.pid = pid;
          entry.fd = fd;
          return true;
        }
      }
    }
    return false;
  }

  /** All that may have been given a VM: who called, and what was started since. */
  private Set<Integer> processes() {
    ProcessHandle self = ProcessHandle.current();
    Set<Integer> processes = new LinkedHashSet<>(seen);
    Stream.concat(
            self.descendants(),
            seen.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .flatMap(ProcessHandle::descendants))
        .forEach(process -> processes.add((int) process.pid()));
    return processes;
  }

  private void end(Entry entry) {
    entry.vm.close();
    linux.calls().close(entry.held);
  }

  /** Ends all of them. */
  @Override
  public void close() {
    entries.forEach(this::end);
    entries.clear();
  }
}
