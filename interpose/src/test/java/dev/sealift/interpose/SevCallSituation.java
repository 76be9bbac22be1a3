package dev.sealift.interpose;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevDeviceCommand;
import dev.sealift.interpose.SevCaller.Outcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a {@link SevCaller} has when it makes a call, and what each call leaves of it. The test's
 * copy of the caller's memory is filled before a call; what differs after it, was written back.
 */
final class SevCallSituation {
  /** Where the parameters of a command lie in the caller's memory. */
  static final int DATA = 0x100;

  private static final int DATA_SIZE = 0x100;
  private static final byte UNWRITTEN = (byte) 0xA5;

  /** Room for what parameters point to: 16 KiB, 8 KiB and 4 KiB, and whole pages. */
  static final int CHAIN = 0x1000;

  static final int BLOB = 0x5000;
  static final int HEADER = 0x7000;
  static final int TRANSPORT = 0x8000;
  static final int PAGE = 0x9000;
  static final int OTHER_PAGE = 0xA000;

  /** An address in the kernel's half, and two that no process has. */
  static final long KERNEL = 0xFFFF_8000_0000_0000L;

  static final long NOWHERE = 8;

  private record Range(int from, int length) {
    boolean contains(int offset) {
      return offset >= from && offset < from + length;
    }
  }

  private final SevCaller caller;
  private final byte[] image = new byte[SevCaller.MEMORY_SIZE];
  private final Map<String, byte[]> kept = new LinkedHashMap<>();
  private final List<Range> random = new ArrayList<>();
  private byte[] known = new byte[SevCaller.MEMORY_SIZE];
  final int sev;
  final int sevReadOnly;
  final int vm;
  final int otherVm;

  /**
   * @param vms whether the caller has KVM
   */
  SevCallSituation(SevCaller caller, boolean vms) throws IOException {
    this.caller = caller;
    sev = caller.open(true);
    sevReadOnly = caller.open(false);
    vm = vms ? caller.createVm() : -1;
    otherVm = vms ? caller.createVm() : -1;
  }

  SevCaller caller() {
    return caller;
  }

  long at(int offset) {
    return caller.memory() + offset;
  }

  /** Makes the place of the parameters the same for every caller: what lay there were addresses. */
  void clearParameters() {
    Arrays.fill(image, DATA, DATA + DATA_SIZE, UNWRITTEN);
  }

  /** Writes to the copy; a struct by its own codec. */
  SevCallSituation put(int offset, Consumer<MemorySegment> writer) {
    writer.accept(MemorySegment.ofArray(image).asSlice(offset));
    return this;
  }

  SevCallSituation put(int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, image, offset, bytes.length);
    return this;
  }

  byte[] get(int offset, int length) {
    return Arrays.copyOfRange(image, offset, offset + length);
  }

  int word(int offset) {
    return MemorySegment.ofArray(image).get(ValueLayout.JAVA_INT_UNALIGNED, offset);
  }

  /** Keeps bytes of the copy for a later call. */
  void keep(String name, int offset, int length) {
    kept.put(name, get(offset, length));
  }

  byte[] kept(String name) {
    return kept.get(name);
  }

  /**
   * Says that what the next call writes there is new every time: signatures, nonces and what hangs
   * on them. That they are written is compared, their bytes are not.
   */
  SevCallSituation random(int offset, int length) {
    random.add(new Range(offset, length));
    return this;
  }

  Outcome device(SevDeviceCommand command, long data) throws IOException {
    return device(sev, command, data);
  }

  Outcome device(int fd, SevDeviceCommand command, long data) throws IOException {
    flush();
    return caller.device(fd, command.name(), command.id(), data);
  }

  Outcome device(int number) throws IOException {
    flush();
    return caller.device(sev, "unknown", number, at(DATA));
  }

  /** On the first VM, with parameters at the usual place and a usable device. */
  Outcome vm(SevCommand command) throws IOException {
    return vm(vm, command, at(DATA), sev);
  }

  Outcome vm(int fd, SevCommand command, long data, int sevFd) throws IOException {
    flush();
    return caller.vm(fd, command.name(), command.id(), data, sevFd);
  }

  Outcome vm(int number) throws IOException {
    flush();
    return caller.vm(vm, "unknown", number, at(DATA), sev);
  }

  Outcome ioctl(int fd, int request, long argument) throws IOException {
    flush();
    return new Outcome(caller.ioctl(fd, request, argument), SevCaller.UNTOUCHED);
  }

  Outcome region(boolean register, long address, long size) throws IOException {
    flush();
    return new Outcome(caller.region(vm, register, address, size), SevCaller.UNTOUCHED);
  }

  private void flush() throws IOException {
    for (int page = 0; page < image.length; page += 4096) {
      if (!Arrays.equals(image, page, page + 4096, known, page, page + 4096)) {
        caller.write(page, get(page, 4096));
      }
    }
    known = image.clone();
  }

  /** What was written to the caller's memory since its call began, in words. */
  List<String> changes() throws IOException {
    byte[] now = caller.read();
    List<String> changes = new ArrayList<>();
    for (Range range : random) {
      if (!Arrays.equals(
          known,
          range.from(),
          range.from() + range.length(),
          now,
          range.from(),
          range.from() + range.length())) {
        changes.add("%04x: %d bytes, random".formatted(range.from(), range.length()));
      }
    }
    for (int from = 0; from < now.length; from++) {
      int to = from;
      while (to < now.length && now[to] != known[to] && !isRandom(to)) {
        to++;
      }
      if (to > from) {
        changes.add("%04x: %s".formatted(from, HexFormat.of().formatHex(now, from, to)));
        from = to;
      }
    }
    random.clear();
    System.arraycopy(now, 0, image, 0, now.length);
    known = now;
    return changes;
  }

  private boolean isRandom(int offset) {
    return random.stream().anyMatch(range -> range.contains(offset));
  }
}
