package dev.sealift.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file that the caller named. It is read whole, up to a limit that the reader knows: no file is
 * so long that it harms, and whatever is wrong with it is one sentence.
 */
public final class InputFile {

  private InputFile() {}

  /**
   * All bytes of a file.
   *
   * @param what what it should hold, with an article, for people: "a launch measurement"
   * @param mostBytes the longest that such a file can be
   * @throws BadInput if there is no such file, if it cannot be read, or if it is longer
   */
  public static byte[] read(Path file, String what, int mostBytes) throws BadInput {
    byte[] bytes = read(file, what, in -> in.readNBytes(mostBytes + 1));
    if (bytes.length > mostBytes) {
      throw new BadInput(
          "%s is too long for %s, which has %d bytes at most.".formatted(file, what, mostBytes));
    }
    return bytes;
  }

  /**
   * SHA-256 of a file of any length, 32 bytes; little of it is in memory at a time.
   *
   * @param what what it should hold, with an article, for people
   * @throws BadInput if there is no such file, or if it cannot be read
   */
  public static byte[] sha256(Path file, String what) throws BadInput {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    return read(
        file,
        what,
        in -> {
          new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
          return digest.digest();
        });
  }

  /** What is to be done with an open file. */
  private interface Reading {
    byte[] from(InputStream in) throws IOException;
  }

  private static byte[] read(Path file, String what, Reading reading) throws BadInput {
    if (Files.isDirectory(file)) {
      throw new BadInput(file + " is a directory; name the file that holds " + what + ".");
    }
    if (Files.notExists(file)) {
      throw new BadInput(file + " does not exist; name a file that holds " + what + ".");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return reading.from(in);
    } catch (AccessDeniedException denied) {
      throw new BadInput(file + " may not be read by this user.", denied);
    } catch (IOException unreadable) {
      throw new BadInput(
          file + " cannot be read: " + Failure.sentence(unreadable) + ".", unreadable);
    }
  }

  /**
   * All bytes of a file that has exactly so many.
   *
   * @param what what it should hold, with an article, for people
   * @throws BadInput as {@link #read(Path, String, int)}, and if it is shorter
   */
  public static byte[] readExactly(Path file, String what, int size) throws BadInput {
    byte[] bytes = read(file, what, size);
    if (bytes.length < size) {
      throw new BadInput(
          "%s has %d bytes, and %s has %d: it is cut short or something else."
              .formatted(file, bytes.length, what, size));
    }
    return bytes;
  }
}
