package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.OwnerSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The files of a session, named as sevctl names its own.
 *
 * @param godh the owner's certificate in base64
 * @param session the session in base64
 * @param godhBytes the certificate as it is
 * @param sessionBytes the session as it is
 * @param tek the transport encryption key, for the owner alone
 * @param tik the transport integrity key, for the owner alone
 */
record SessionFiles(
    Path godh, Path session, Path godhBytes, Path sessionBytes, Path tek, Path tik) {

  static SessionFiles in(Path directory, String name) throws BadInput {
    if (name.isBlank() || name.contains("/") || name.contains("\0")) {
      throw new BadInput("'" + name + "' cannot begin a file's name; choose another --name.");
    }
    if (!Files.isDirectory(directory)) {
      throw new BadInput(directory + " is no directory; make it, or name another with --out.");
    }
    return new SessionFiles(
        directory.resolve(name + "_godh.b64"),
        directory.resolve(name + "_session.b64"),
        directory.resolve(name + "_godh.bin"),
        directory.resolve(name + "_session.bin"),
        directory.resolve(name + "_tek.bin"),
        directory.resolve(name + "_tik.bin"));
  }

  /** Refuses names that are taken, before a session is made. */
  void refuseExisting() throws BadInput {
    for (Path file : all()) {
      OutputFile.refuseExisting(file);
    }
  }

  /** Writes all of them, or none. */
  void write(OwnerSession made) throws BadInput {
    byte[] certificate = made.certificate().bytes();
    List<Path> written = new ArrayList<>();
    boolean whole = false;
    try {
      secret(tek, made.keys().tek(), written);
      secret(tik, made.keys().tik(), written);
      open(godhBytes, certificate, written);
      open(sessionBytes, made.session(), written);
      open(godh, base64(certificate), written);
      open(session, base64(made.session()), written);
      whole = true;
    } finally {
      if (!whole) {
        written.forEach(SessionFiles::remove);
      }
    }
  }

  private static void open(Path file, byte[] content, List<Path> written) throws BadInput {
    OutputFile.write(file, content);
    written.add(file);
  }

  private static void secret(Path file, SecretBytes key, List<Path> written) throws BadInput {
    byte[] content = key.reveal();
    try {
      OutputFile.writeSecret(file, content);
      written.add(file);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static byte[] base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes).getBytes(StandardCharsets.US_ASCII);
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> all() {
    return List.of(godh, session, godhBytes, sessionBytes, tek, tik);
  }
}
