package dev.sealift.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

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
    if (Files.isDirectory(file)) {
      throw new BadInput(file + " is a directory; name the file that holds " + what + ".");
    }
    if (Files.notExists(file)) {
      throw new BadInput(file + " does not exist; name a file that holds " + what + ".");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(mostBytes + 1);
    } catch (AccessDeniedException denied) {
      throw new BadInput(file + " may not be read by this user.", denied);
    } catch (IOException unreadable) {
      throw new BadInput(
          file + " cannot be read: " + Failure.sentence(unreadable) + ".", unreadable);
    }
    if (bytes.length > mostBytes) {
      throw new BadInput(
          "%s is too long for %s, which has %d bytes at most.".formatted(file, what, mostBytes));
    }
    return bytes;
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
