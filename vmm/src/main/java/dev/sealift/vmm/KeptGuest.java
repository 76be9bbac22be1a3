package dev.sealift.vmm;

import dev.sealift.abi.DescriptorStore.Kept;
import dev.sealift.abi.Errno;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A guest as a host's {@link dev.sealift.abi.DescriptorStore} keeps it: the descriptors of VM, vCPU
 * and /dev/sev; guest memory, run area and {@link Books}; and its configuration as the note.
 *
 * @param configuration what it was made by
 * @param device its own descriptor of /dev/sev
 * @param parts what else is left of it
 */
record KeptGuest(GuestConfiguration configuration, Descriptor device, MachineParts parts) {
  private static final String KEEP = "keep guest";
  private static final String ADOPT = "adopt guest";

  private static final int DESCRIPTORS = 3;
  private static final int MAPPINGS = 3;

  /** Has a host keep a guest under a name. */
  void keep(Host host, String name) throws VmmException {
    demandStore(host, KEEP);
    Kept what =
        new Kept(
            List.of(parts.vm().fd(), parts.vcpu().fd(), device.fd()),
            List.of(parts.memory().segment(), parts.runArea().area(), parts.books().area()),
            configuration.encode());
    int result = host.store().keep(name, what);
    if (result < 0) {
      throw VmmException.ofCall(KEEP, "\"" + name + "\"", Errno.of(result));
    }
  }

  /** What a host keeps under a name, checked: it may have been written by anybody. */
  static KeptGuest find(Host host, String name) throws VmmException {
    Kept kept = lookUp(host, ADOPT, name);
    demand(kept.descriptors().size() == DESCRIPTORS, name, "it has not the descriptors of a guest");
    demand(kept.mappings().size() == MAPPINGS, name, "it has not the memory of a guest");
    GuestConfiguration configuration = GuestConfiguration.decode(kept.note());
    MemorySegment memory = kept.mappings().get(0);
    MemorySegment runArea = kept.mappings().get(1);
    demand(memory.byteSize() == configuration.memoryBytes(), name, "its memory has another size");
    VirtualMachine.checkSize(memory.byteSize());
    try (KvmDevice kvm = KvmDevice.open(host)) {
      demand(runArea.byteSize() == kvm.runAreaSize(), name, "its run area has another size");
    }
    GuestMemory guestMemory = new GuestMemory(host, memory);
    return new KeptGuest(
        configuration,
        new Descriptor(host, kept.descriptors().get(2), "/dev/sev"),
        new MachineParts(
            new Descriptor(host, kept.descriptors().get(0), "the virtual machine"),
            new Descriptor(host, kept.descriptors().get(1), "the vCPU"),
            guestMemory,
            new RunArea(host, runArea),
            books(host, name, kept.mappings().get(2), guestMemory)));
  }

  private static Books books(Host host, String name, MemorySegment area, GuestMemory memory)
      throws VmmException {
    try {
      return Books.read(host, area, memory.pages());
    } catch (IllegalArgumentException damaged) {
      throw damaged(name, "its books are damaged, " + damaged.getMessage());
    }
  }

  /** Frees what a host keeps under a name, whatever it is. */
  static void discard(Host host, String name) throws VmmException {
    Kept kept = lookUp(host, "discard guest", name);
    host.store().forget(name);
    // Before the memory that they use.
    kept.descriptors().forEach(host.calls()::close);
    kept.mappings().forEach(host.calls()::munmap);
  }

  private static Kept lookUp(Host host, String operation, String name) throws VmmException {
    demandStore(host, operation);
    return host.store()
        .find(name)
        .orElseThrow(() ->
            new VmmException(
                operation,
                "This host keeps no guest \"%s\": ask it which it keeps.".formatted(name)));
  }

  private static void demandStore(Host host, String operation) throws VmmException {
    if (!host.keeps()) {
      throw new VmmException(
          operation,
          "This host keeps nothing beyond the end of a process, and a guest ends with its VMM:"
              + " use a host in a process of its own.");
    }
  }

  private static void demand(boolean right, String name, String otherwise) throws VmmException {
    if (!right) {
      throw damaged(name, otherwise);
    }
  }

  private static VmmException damaged(String name, String why) {
    return new VmmException(
        ADOPT,
        "What this host keeps as \"%s\" is no whole guest, %s: discard it.".formatted(name, why));
  }
}
