package dev.sealift.cli.process;

import dev.sealift.cli.HostIdentity;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;

/**
 * Whom a host process trusts: the root of all platforms, and its one peer.
 *
 * @param root the maker of both hosts' chips
 * @param identity its TLS certificate, and its peer's
 */
public record HostTrust(ModelRoot root, SSLContext identity) {
  /** Both hosts are on this machine; their certificates are for this address. */
  public static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /**
   * Leaves in a directory what two hosts need: the root of both platforms, and an identity for each
   * that trusts the other's.
   *
   * @param purpose the hosts' names begin with it
   * @param password protects the identities
   */
  public static void save(
      ModelRoot root, Path directory, String purpose, String password, SecureRandom random)
      throws IOException, GeneralSecurityException {
    HostIdentity source = HostIdentity.create(purpose + " source", LOOPBACK, random);
    HostIdentity destination = HostIdentity.create(purpose + " destination", LOOPBACK, random);
    source.save(identityFile(directory, HostRole.SOURCE), destination, password.toCharArray());
    destination.save(identityFile(directory, HostRole.DESTINATION), source, password.toCharArray());
    root.save(rootDirectory(directory));
  }

  /** What was left for a host. */
  public static HostTrust load(Path directory, HostRole role, String password)
      throws IOException, GeneralSecurityException {
    return new HostTrust(
        ModelRoot.load(rootDirectory(directory)),
        HostIdentity.load(identityFile(directory, role), password.toCharArray()));
  }

  private static Path rootDirectory(Path directory) {
    return directory.resolve("root");
  }

  private static Path identityFile(Path directory, HostRole role) {
    return directory.resolve(role.word() + ".p12");
  }
}
