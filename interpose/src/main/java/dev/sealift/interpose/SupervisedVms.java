package dev.sealift.interpose;

import dev.sealift.abi.Errno;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
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
  private final Function<SupervisedProcess, Vm> maker;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<Integer> seen = new LinkedHashSet<>();
  private final Watch watch;
  private int made;

  /** Who answers the SEV ioctls of a VM. */
  interface Vm extends AutoCloseable {

    /** Zero or more, a negative errno, or {@link StoppedCall.Answerer#PASS}. */
    int ioctl(int request, long argument);

    @Override
    void close();
  }

  /** Who sees what the VMs are asked. */
  interface Watch {

    /**
     * A call of a VM.
     *
     * @param process whose thread calls
     * @param vm its number among those of the program: the first is 1
     * @param answer what the VM answers
     * @return what is answered
     */
    int call(SupervisedProcess process, int vm, StoppedCall call, IntSupplier answer);

    /** A VM has ended. */
    void ended(int vm);
  }

  /** A VM, the process that it is a VM of, and a descriptor by which some process has it. */
  private static final class Entry {
    private final SupervisedProcess owner;
    private final Vm vm;
    private final int number;
    private final int held;
    private int pid;
    private int fd;

    private Entry(SupervisedProcess owner, Vm vm, int number, int held, int fd) {
      this.owner = owner;
      this.vm = vm;
      this.number = number;
      this.held = held;
      this.pid = owner.pid();
      this.fd = fd;
    }
  }

  /**
   * @param maker makes who answers for a VM of a process
   * @param watch sees every call
   */
  SupervisedVms(Linux linux, Function<SupervisedProcess, Vm> maker, Watch watch) {
    this.linux = linux;
    this.maker = maker;
    this.watch = watch;
  }

  /**
   * ioctl(2) on a VM's descriptor.
   *
   * @param process whose thread calls
   * @return 0 or a negative errno
   */
  int ioctl(SupervisedProcess process, StoppedCall call) {
    Entry known = known(process, call.fd());
    if (known != null) {
      return watched(known, process, call);
    }
    // A new one: those that ended before it give back what they had.
    endClosed();
    int held = linux.foreign().take(process.pid(), call.fd());
    if (held < 0) {
      return held;
    }
    if (!call.waits().getAsBoolean()) {
      linux.calls().close(held);
      return Errno.EINTR.negated();
    }
    seen.add(process.pid());
    Entry entry = new Entry(process, maker.apply(process), ++made, held, call.fd());
    entries.add(entry);
    return watched(entry, process, call);
  }

  private int watched(Entry entry, SupervisedProcess process, StoppedCall call) {
    return watch.call(process, entry.number, call, () -> ioctl(entry, process, call));
  }

  private @Nullable Entry known(SupervisedProcess process, int fd) {
    for (Entry entry : entries) {
      if (linux.foreign().isSame(process.pid(), fd, entry.held)) {
        return entry;
      }
    }
    return null;
  }

  /** KVM serves a VM only for the memory that it is a VM of. */
  private static int ioctl(Entry entry, SupervisedProcess process, StoppedCall call) {
    if (entry.owner.pid() != process.pid()) {
      return Errno.EIO.negated();
    }
    entry.owner.calls(call);
    return entry.vm.ioctl(call.request(), call.argument());
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
    watch.ended(entry.number);
  }

  /** Ends all of them. */
  @Override
  public void close() {
    entries.forEach(this::end);
    entries.clear();
  }
}
