package dev.sealift.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Where the functions of libc are found: the one place that asks for native access. */
final class LibC {
  private final Linker linker = Linker.nativeLinker();

  private LibC() {}

  /** The libc of this process, if this is Linux on x86-64. */
  static LibC open() throws LinuxUnavailableException {
    return open(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static LibC open(String system, String architecture) throws LinuxUnavailableException {
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      throw new LinuxUnavailableException(
          ("This is %s on %s, and only Linux on amd64 can be called: "
                  + "use a kernel in software, or move to such a machine.")
              .formatted(system, architecture));
    }
    return new LibC();
  }

  /** A function whose result says everything. */
  MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments)
      throws LinuxUnavailableException {
    return link(name, FunctionDescriptor.of(result, arguments));
  }

  /** A function that fails by errno: its handle takes a segment of {@link Errnos} first. */
  MethodHandle failing(String name, MemoryLayout result, MemoryLayout... arguments)
      throws LinuxUnavailableException {
    return link(name, FunctionDescriptor.of(result, arguments), Errnos.capture());
  }

  /** The same for a variadic function, of whose arguments {@code named} are in its prototype. */
  MethodHandle failingVariadic(
      String name, int named, MemoryLayout result, MemoryLayout... arguments)
      throws LinuxUnavailableException {
    return link(
        name,
        FunctionDescriptor.of(result, arguments),
        Errnos.capture(),
        Linker.Option.firstVariadicArg(named));
  }

  /** A variable that holds a pointer. */
  @SuppressWarnings("restricted") // the size of a pointer is known
  MemorySegment pointer(String name) throws LinuxUnavailableException {
    return find(name).reinterpret(ValueLayout.ADDRESS.byteSize());
  }

  private MemorySegment find(String name) throws LinuxUnavailableException {
    return linker
        .defaultLookup()
        .find(name)
        .orElseThrow(
            () -> new LinuxUnavailableException("The libc of this process has no " + name + "."));
  }

  @SuppressWarnings("restricted") // calling native code is what this module is for
  private MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options)
      throws LinuxUnavailableException {
    MemorySegment address = find(name);
    try {
      return linker.downcallHandle(address, type, options);
    } catch (IllegalCallerException refused) {
      throw new LinuxUnavailableException(
          "Java refuses native access: start it with --enable-native-access=dev.sealift.linux "
              + "(or ALL-UNNAMED when Sealift is on the class path).",
          refused);
    }
  }
}
