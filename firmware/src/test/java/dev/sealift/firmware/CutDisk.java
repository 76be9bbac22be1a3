package dev.sealift.firmware;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A disk whose power fails before a step: a file that is being written gets half of its bytes. */
final class CutDisk implements Disk {
  private int stepsLeft;

  CutDisk(int steps) {
    stepsLeft = steps;
  }

  /** The power has failed. */
  static final class PowerCut extends IOException {
    private static final long serialVersionUID = 1;
  }

  private void step() throws PowerCut {
    if (stepsLeft == 0) {
      throw new PowerCut();
    }
    stepsLeft--;
  }

  @Override
  public void makeDirectory(Path directory) throws IOException {
    step();
    LOCAL.makeDirectory(directory);
  }

  @Override
  public void write(Path file, byte[] content) throws IOException {
    if (stepsLeft == 1) {
      Files.write(file, Arrays.copyOf(content, content.length / 2));
      stepsLeft = 0;
    }
    step();
    LOCAL.write(file, content);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    LOCAL.rename(from, to);
  }

  @Override
  public void sync(Path directory) throws IOException {
    step();
    LOCAL.sync(directory);
  }

  @Override
  public void delete(Path file) throws IOException {
    step();
    LOCAL.delete(file);
  }
}
