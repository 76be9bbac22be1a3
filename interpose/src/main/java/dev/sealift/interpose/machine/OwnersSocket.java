package dev.sealift.interpose.machine;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * A socket that its owner alone can use, and root, who could be its owner anyway; through it
 * everything can be done that its server can do. Its file goes when it is closed.
 */
public final class OwnersSocket implements AutoCloseable {
  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private static final String ROOT = "root";

  private final ServerSocketChannel channel;
  private final Path path;
  private final String owner;

  private OwnersSocket(ServerSocketChannel channel, Path path, String owner) {
    this.channel = channel;
    this.path = path;
    this.owner = owner;
  }

  /**
   * Makes the socket, in the place of one whose server was killed.
   *
   * @param named in a directory that only its owner can use, which is made where there is none
   * @param what is served there, in a word: {@code machine}
   * @throws MachineException if the directory is anybody else's, too, or if there is something in
   *     its place; a sentence says what to do
   */
  public static OwnersSocket bind(Path named, String what) throws MachineException {
    Path path = named.toAbsolutePath().normalize();
    try {
      requireOwnDirectory(path, what);
      requireFree(path, what);
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return new OwnersSocket(channel, path, Files.getOwner(path).getName());
      } catch (IOException refused) {
        channel.close();
        throw refused;
      }
    } catch (IOException | UnsupportedOperationException refused) {
      throw new MachineException(
          "The socket %s cannot be made: %s.".formatted(path, refused), refused);
    }
  }

  private static void requireOwnDirectory(Path path, String what)
      throws IOException, MachineException {
    Path directory = path.getParent();
    if (directory == null) {
      throw new MachineException(
          "%s is no file; name one for the socket of a %s.".formatted(path, what));
    }
    if (Files.notExists(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
      throw new MachineException(
          "%s can be used by others than its owner (%s), and whoever reaches a %s's socket has the %s: name a directory of your own (chmod 700)."
              .formatted(directory, PosixFilePermissions.toString(permissions), what, what));
    }
  }

  /** Removes the socket of a server that was killed, and nothing else. */
  private static void requireFree(Path path, String what) throws IOException, MachineException {
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new MachineException(
          path + " exists and is no socket; it is left as it is: name another file.");
    }
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new MachineException(
          "Another %s is at %s: name another socket, or stop it first.".formatted(what, path));
    } catch (ConnectException nobody) {
      Files.delete(path);
    }
  }

  /** The next connection of the same user or of root; null when this is closed. */
  public @Nullable SocketChannel accept() {
    while (channel.isOpen()) {
      try {
        SocketChannel accepted = channel.accept();
        if (isLetIn(accepted)) {
          return accepted;
        }
        accepted.close();
      } catch (IOException refused) {
        pause();
      }
    }
    return null;
  }

  private boolean isLetIn(SocketChannel accepted) {
    try {
      return isLetIn(accepted.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName(), owner);
    } catch (IOException gone) {
      return false;
    }
  }

  /**
   * Whether a user is served. Root administers servers that run as users nobody can log in as, for
   * example under systemd.
   */
  static boolean isLetIn(String user, String owner) {
    return user.equals(owner) || user.equals(ROOT);
  }

  /** Where there are no more descriptors for a while, asking again at once would only spin. */
  private static void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(path);
    } catch (IOException left) {
      // The next one that is to be there removes it.
    }
  }
}
