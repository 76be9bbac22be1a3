package dev.sealift.cli.root;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("sealift root")
class RootCommandTest {
  @TempDir private Path folder;

  @Test
  @DisplayName("makes a root, says loudly that it is a model, shows it, and never replaces it")
  void makesAndShows() throws Exception {
    Path root = folder.resolve("deep/root");

    Answer made = Answer.to("root", "create", root.toString());
    assertThat(made.code()).isZero();
    assertThat(made.out()).startsWith("THIS IS A MODEL.").contains("nobody but its users");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("model-ask.key"))))
        .isEqualTo("rw-------");
    byte[] key = Files.readAllBytes(root.resolve("model-ask.key"));

    Answer shown = Answer.to("root", "show", root.toString());
    assertThat(shown.code()).isZero();
    assertThat(shown.out()).isEqualTo(made.out());
    JsonNode json = Answer.to("root", "show", root.toString(), "--json").json();
    assertThat(json.get("emulated").asBoolean()).isTrue();
    assertThat(json.get("name").asString()).isEqualTo("Sealift model root, not AMD's");
    assertThat(json.get("ark").get("keyId").asString()).isEqualTo("SEALIFTMODEL ARK");
    assertThat(json.get("arkHash").asString()).hasSize(96);

    Answer again = Answer.to("root", "create", root.toString());
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err().strip().lines()).hasSize(1);
    assertThat(again.err()).contains("exists already and is left as it is");
    assertThat(Files.readAllBytes(root.resolve("model-ask.key"))).isEqualTo(key);

    Files.write(root.resolve("model-ask.key"), new byte[10]);
    assertRefused("model-ask.key does not hold", "root", "show", root.toString());
    Files.delete(root.resolve("model-ask.key"));
    assertRefused("model-ask.key is missing", "root", "show", root.toString());
    // A key that is lost is no reason to lose the certificates, too.
    assertRefused("exists already", "root", "create", root.toString());
  }

  @Test
  @DisplayName("answers what is no directory of a root in one sentence")
  void badInput() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "?");
    assertRefused("is not a directory", "root", "create", file.toString());
    assertRefused("cannot hold a root", "root", "create", file.resolve("root").toString());
    assertRefused("is not a directory", "root", "show", file.toString());
    assertRefused("does not exist", "root", "show", folder.resolve("none").toString());
    assertRefused("is missing", "root", "show", folder.toString());
  }

  private static void assertRefused(String why, String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains(why);
    assertThat(answer.err().strip().lines()).hasSize(1);
  }
}
