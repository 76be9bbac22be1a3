package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.HostIdentity;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.cli.process.WorkDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;

/**
 * Who is who in the lab.
 *
 * @param source trusts the destination
 * @param destination trusts the source
 * @param stranger has a certificate for the same address, which nobody trusts; trusts the source
 */
record LabIdentities(SSLContext source, SSLContext destination, SSLContext stranger) {

  static LabIdentities create(SecureRandom random) throws IOException, GeneralSecurityException {
    HostIdentity source = HostIdentity.create("lab source", HostTrust.LOOPBACK, random);
    HostIdentity destination = HostIdentity.create("lab destination", HostTrust.LOOPBACK, random);
    HostIdentity stranger = HostIdentity.create("lab destination", HostTrust.LOOPBACK, random);
    try (WorkDirectory files = WorkDirectory.create("sealift-adversary-")) {
      String password = HexFormat.of().formatHex(random.generateSeed(16));
      return new LabIdentities(
          context(source, destination, files.path().resolve("source"), password),
          context(destination, source, files.path().resolve("destination"), password),
          context(stranger, source, files.path().resolve("stranger"), password));
    }
  }

  private static SSLContext context(HostIdentity own, HostIdentity peer, Path file, String password)
      throws IOException, GeneralSecurityException {
    own.save(file, peer, password.toCharArray());
    return HostIdentity.load(file, password.toCharArray());
  }
}
