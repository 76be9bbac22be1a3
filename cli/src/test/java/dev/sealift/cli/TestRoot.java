package dev.sealift.cli;

import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;

/** One model root for all tests, because its RSA keys take seconds. */
public final class TestRoot {
  private static final ModelRoot ROOT = ModelRoot.create(new SecureRandom());

  private TestRoot() {}

  public static ModelRoot root() {
    return ROOT;
  }

  /** The root in a folder of its own inside this one. */
  public static Path savedIn(Path folder) throws IOException {
    Path directory = folder.resolve("root");
    ROOT.save(directory);
    return directory;
  }
}
