package dev.sealift.interpose;

import dev.sealift.linux.LinuxMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A /dev of the calling thread's own, and of the programs that it starts: all that is in the
 * machine's, and a /dev/sev, which is a plain file. The machine's own stays as it is, and what is
 * mounted here is gone with the last of these programs.
 *
 * <p>Source: Linux's documentation of overlayfs; proc(5), /proc/pid/mountinfo.
 */
final class PrivateDevices {
  private static final Path DEVICES = Path.of("/dev");
  private static final Path SEV = DEVICES.resolve("sev");

  private static final Pattern MOUNT_POINT = Pattern.compile("^(?:\\S+ ){4}(/dev/\\S+) .*$");

  private static final FileAttribute<?> AS_THE_DEVICE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Linux linux;

  private PrivateDevices(Linux linux) {
    this.linux = linux;
  }

  /**
   * Gives the calling thread such a /dev.
   *
   * @return where it sees /dev/sev
   * @throws InterposeException if Linux refuses; the machine is as before then, too
   */
  static Path mount(Linux linux) throws InterposeException {
    ClientThread.hideMounts(linux);
    PrivateDevices devices = new PrivateDevices(linux);
    Path scratch;
    try {
      scratch = Files.createTempDirectory("sealift-dev");
    } catch (IOException refused) {
      throw new InterposeException("No temporary directory can be made.", refused);
    }
    try {
      devices.layOver(scratch);
    } catch (IOException refused) {
      throw new InterposeException(
          "A /dev for the program cannot be made: " + refused.getMessage(), refused);
    } finally {
      remove(scratch);
    }
    return SEV;
  }

  /**
   * Lays a layer over /dev that takes what is new; it lives on when the scratch is out of sight.
   */
  private void layOver(Path scratch) throws InterposeException, IOException {
    mount("sealift", scratch, "tmpfs", "mode=700", 0);
    try {
      Map<Path, Path> inside = setAside(scratch);
      Path upper = Files.createDirectory(scratch.resolve("upper"));
      Files.setPosixFilePermissions(upper, Files.getPosixFilePermissions(DEVICES));
      Path work = Files.createDirectory(scratch.resolve("work"));
      mount(
          "sealift",
          DEVICES,
          "overlay",
          "lowerdir=%s,upperdir=%s,workdir=%s".formatted(DEVICES, upper, work),
          0);
      furnish(inside);
    } finally {
      linux.mounts().unmount(scratch.toString(), LinuxMounts.MNT_DETACH);
    }
  }

  /** Puts into the new layer what is to be there; if it cannot be, the layer goes again. */
  private void furnish(Map<Path, Path> inside) throws InterposeException, IOException {
    boolean furnished = false;
    try {
      for (Map.Entry<Path, Path> mounted : inside.entrySet()) {
        bind(mounted.getValue(), mounted.getKey());
      }
      Files.deleteIfExists(SEV);
      Files.createFile(SEV, AS_THE_DEVICE);
      furnished = true;
    } finally {
      if (!furnished) {
        linux.mounts().unmount(DEVICES.toString(), LinuxMounts.MNT_DETACH);
      }
    }
  }

  /** What is mounted inside /dev, such as its terminals: where, and where it is kept meanwhile. */
  private Map<Path, Path> setAside(Path scratch) throws InterposeException, IOException {
    Map<Path, Path> aside = new LinkedHashMap<>();
    for (Path mounted : mountedInside()) {
      Path place = scratch.resolve("mount-" + aside.size());
      if (Files.isDirectory(mounted)) {
        Files.createDirectory(place);
      } else {
        Files.createFile(place);
      }
      bind(mounted, place);
      aside.put(mounted, place);
    }
    return aside;
  }

  /** Each once, without those that are inside another. */
  private static List<Path> mountedInside() throws IOException {
    List<Path> inside = new ArrayList<>();
    Files.readAllLines(Path.of("/proc/thread-self/mountinfo")).stream()
        .map(MOUNT_POINT::matcher)
        .filter(Matcher::matches)
        .map(line -> Path.of(line.group(1)))
        .filter(Files::exists)
        .sorted()
        .distinct()
        .filter(mounted -> inside.stream().noneMatch(mounted::startsWith))
        .forEach(inside::add);
    return inside;
  }

  private void bind(Path from, Path to) throws InterposeException {
    mount(from.toString(), to, "none", "", LinuxMounts.MS_BIND | LinuxMounts.MS_REC);
  }

  private void mount(String source, Path target, String type, String data, long flags)
      throws InterposeException {
    InterposeException.require(
        linux.mounts().mount(source, target.toString(), type, flags, data),
        "mount " + (type.equals("none") ? source : type) + " on " + target);
  }

  private static void remove(Path scratch) throws InterposeException {
    try {
      Files.deleteIfExists(scratch);
    } catch (IOException refused) {
      throw new InterposeException("The directory " + scratch + " cannot be removed.", refused);
    }
  }
}
