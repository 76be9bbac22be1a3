package dev.sealift.interpose.machine;

import dev.sealift.abi.DescriptorStore;
import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.abi.ThreadSignals;
import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.interpose.machine.Holdings.Kept;
import dev.sealift.interpose.machine.Holdings.Leftovers;
import dev.sealift.interpose.machine.Holdings.Mapping;
import dev.sealift.interpose.machine.Holdings.Span;
import dev.sealift.kernel.SoftwareMachine;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine's kernel answers to requests. The thread that asks is to the kernel the thread of
 * the program.
 */
final class ServedCalls {
  /** Bytes of a descriptor and of a mapping in a frame. */
  private static final int DESCRIPTOR_SIZE = Integer.BYTES;

  private static final int SPAN_SIZE = 2 * Long.BYTES;

  /** Bytes of a name in a frame, at most. */
  private static final int NAME_SIZE = Short.BYTES + DescriptorStore.MOST_NAME;

  private final SystemCalls calls;
  private final ThreadSignals signals;
  private final SharedMemory memory;
  private final Holdings holdings = new Holdings();

  ServedCalls(SoftwareMachine machine, SharedMemory memory) {
    this.calls = machine.calls();
    this.signals = machine.signals();
    this.memory = memory;
  }

  ThreadSignals signals() {
    return signals;
  }

  Standing standing(int connections) {
    return holdings.standing(connections);
  }

  /** Answers a request, in the frame in which it came. */
  void answer(Request request, Frame frame, int connections) throws MalformedFrameException {
    switch (request) {
      case ATTACH, JOIN -> throw new MalformedFrameException("a thread that joins twice");
      case OPEN -> open(frame);
      case CLOSE -> close(frame);
      case IOCTL -> ioctl(frame);
      case MMAP -> mmap(frame);
      case MUNMAP -> munmap(frame);
      case BLOCK -> frame.begin(signals.block(last(frame)));
      case SEND -> frame.begin(signals.send(frame.getInt(), last(frame)));
      case TAKE -> frame.begin(signals.take(last(frame)));
      case KEEP -> keep(frame);
      case FORGET -> frame.begin(holdings.forget(lastText(frame)));
      case NAMES -> names(frame);
      case FIND -> find(frame);
      case STANDING -> standing(frame, connections);
    }
  }

  private static int last(Frame frame) throws MalformedFrameException {
    int number = frame.getInt();
    frame.requireEnd();
    return number;
  }

  private static String lastText(Frame frame) throws MalformedFrameException {
    String text = frame.getText();
    frame.requireEnd();
    return text;
  }

  private void open(Frame frame) throws MalformedFrameException {
    int flags = frame.getInt();
    frame.begin(noted(calls.open(lastText(frame), flags)));
  }

  private int noted(int descriptor) {
    if (descriptor >= 0) {
      holdings.opened(descriptor);
    }
    return descriptor;
  }

  private void close(Frame frame) throws MalformedFrameException {
    int fd = last(frame);
    holdings.closing(fd);
    frame.begin(calls.close(fd));
  }

  private void ioctl(Frame frame) throws MalformedFrameException {
    int fd = frame.getInt();
    int request = frame.getInt();
    long argument = frame.getLong();
    frame.requireEnd();
    int result = calls.ioctl(fd, request, argument);
    boolean makesOne = request == KvmIoctl.CREATE_VM || request == KvmIoctl.CREATE_VCPU;
    frame.begin(makesOne ? noted(result) : result);
  }

  private void mmap(Frame frame) throws MalformedFrameException {
    long length = frame.getLong();
    int protection = frame.getInt();
    int flags = frame.getInt();
    int fd = frame.getInt();
    long offset = frame.getLong();
    frame.requireEnd();
    switch (calls.mmap(length, protection, flags, fd, offset)) {
      case MapResult.Refused(Errno errno) -> frame.begin(errno.negated());
      case MapResult.Mapped(MemorySegment mapped) -> {
        Mapping mapping = new Mapping(mapped, memory.fileAt(mapped.address()), protection);
        holdings.mapped(mapping);
        put(frame.begin(0), mapping);
      }
    }
  }

  private static void put(Frame frame, Mapping mapping) {
    frame
        .put(mapping.address())
        .put(mapping.length())
        .put(mapping.file())
        .put(mapping.protection());
  }

  private void munmap(Frame frame) throws MalformedFrameException {
    Span span = new Span(frame.getLong(), frame.getLong());
    frame.requireEnd();
    Mapping mapping = holdings.unmapping(span);
    frame.begin(mapping == null ? Errno.EINVAL.negated() : unmap(mapping));
  }

  private int unmap(Mapping mapping) {
    int result = calls.munmap(mapping.memory());
    if (result < 0) {
      holdings.mapped(mapping);
    }
    return result;
  }

  private void keep(Frame frame) throws MalformedFrameException {
    String name = frame.getText();
    int descriptorCount = frame.getCount(DESCRIPTOR_SIZE);
    int mappingCount = frame.getCount(SPAN_SIZE);
    int noteLength = frame.getCount(1);
    List<Integer> descriptors = new ArrayList<>();
    for (int i = 0; i < descriptorCount; i++) {
      descriptors.add(frame.getInt());
    }
    List<Span> mappings = new ArrayList<>();
    for (int i = 0; i < mappingCount; i++) {
      mappings.add(new Span(frame.getLong(), frame.getLong()));
    }
    byte[] note = frame.getBytes(noteLength);
    frame.requireEnd();
    frame.begin(holdings.keep(name, descriptors, mappings, note));
  }

  private void names(Frame frame) throws MalformedFrameException {
    String after = lastText(frame);
    frame.begin(0);
    long count = 0;
    String name = holdings.nameAfter(after);
    while (name != null && frame.room() >= NAME_SIZE) {
      frame.put(name);
      count++;
      name = holdings.nameAfter(name);
    }
    frame.replaceResult(count);
  }

  private void find(Frame frame) throws MalformedFrameException {
    Kept kept = holdings.find(lastText(frame));
    if (kept == null) {
      frame.begin(Errno.ENOENT.negated());
      return;
    }
    frame
        .begin(0)
        .put(kept.descriptors().size())
        .put(kept.mappings().size())
        .put(kept.note().length);
    kept.descriptors().forEach(frame::put);
    kept.mappings().forEach(mapping -> put(frame, mapping));
    frame.put(kept.note());
  }

  private void standing(Frame frame, int connections) throws MalformedFrameException {
    frame.requireEnd();
    Standing standing = holdings.standing(connections);
    frame
        .begin(0)
        .put(standing.connections())
        .put(standing.descriptors())
        .put(standing.mappings())
        .put(standing.kept());
  }

  /** The program has ended and none of its calls is under way: what it did not keep goes. */
  void programEnded() {
    Leftovers left = holdings.takeLeftovers();
    left.descriptors().forEach(calls::close);
    left.mappings().forEach(mapping -> calls.munmap(mapping.memory()));
  }

  /** The machine ends: everything goes. */
  void machineEnds() {
    holdings.forgetAll();
    programEnded();
  }
}
