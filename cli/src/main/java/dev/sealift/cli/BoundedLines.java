package dev.sealift.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of text that somebody else writes, UTF-8, each ended by a line feed or the end of the
 * stream. None is longer than a limit that the reader knows, so whoever writes without end fills no
 * memory. Belongs to one thread.
 */
public final class BoundedLines implements AutoCloseable {
  private final InputStream in;
  private final int mostBytes;

  /**
   * @param in is closed with this
   * @param mostBytes the longest that a line can be, its end not counted
   */
  public BoundedLines(InputStream in, int mostBytes) {
    this.in = new BufferedInputStream(in);
    this.mostBytes = mostBytes;
  }

  /** A line is longer than any that is expected. */
  public static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException(int mostBytes) {
      super("a line is longer than " + mostBytes + " bytes");
    }
  }

  /**
   * The next line without its end; null where there is none.
   *
   * @throws TooLongException if it is longer than the limit: the rest of it is not read
   */
  public @Nullable String next() throws IOException {
    int read = in.read();
    if (read < 0) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (; read >= 0 && read != '\n'; read = in.read()) {
      if (line.size() == mostBytes) {
        throw new TooLongException(mostBytes);
      }
      line.write(read);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
