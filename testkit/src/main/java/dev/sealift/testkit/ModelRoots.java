package dev.sealift.testkit;

import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The maker of all platforms in this JVM: one, as making its RSA keys takes seconds. It does not
 * follow from a seed, and nothing that a platform does follows from it.
 */
final class ModelRoots {
  /** A system property: a directory where the root is kept from one JVM to the next. */
  static final String DIRECTORY_PROPERTY = "sealift.testkit.root";

  private ModelRoots() {}

  /** Made when it is first asked for. */
  private static final class Holder {
    static final ModelRoot ROOT = find();
  }

  static ModelRoot root() {
    return Holder.ROOT;
  }

  private static ModelRoot find() {
    String kept = System.getProperty(DIRECTORY_PROPERTY);
    if (kept == null) {
      return ModelRoot.create(new SecureRandom());
    }
    try {
      Path directory = Path.of(kept);
      if (Files.exists(directory.resolve(ModelRoot.KEY_FILE))) {
        return ModelRoot.load(directory);
      }
      ModelRoot made = ModelRoot.create(new SecureRandom());
      made.save(directory);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the directory of -D%s cannot be used".formatted(DIRECTORY_PROPERTY), e);
    }
  }
}
