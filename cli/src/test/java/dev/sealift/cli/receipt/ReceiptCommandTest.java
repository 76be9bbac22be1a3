package dev.sealift.cli.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.TestRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Receipts as a person reads and checks them, long after the hosts are gone. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReceiptCommandTest {
  private Path directory;
  private Path receipt;
  private Path root;
  private JsonNode demo;

  @BeforeAll
  void move(@TempDir Path own) throws Exception {
    directory = own;
    receipt = directory.resolve("move.receipt");
    root = directory.resolve("move.receipt.root");
    Answer moved =
        Answer.to(
            "demo",
            "--host",
            "model",
            "--memory",
            "8M",
            "--json",
            "--root",
            TestRoot.savedIn(own).toString(),
            "--receipt",
            receipt.toString());
    assertThat(moved.code()).as(moved.out() + moved.err()).isZero();
    demo = moved.jsonOnLastLine();
  }

  @Test
  @DisplayName("with the root that made the chips it is verified, rule by rule")
  void verified() {
    Answer answer =
        Answer.to("receipt", "verify", receipt.toString(), "--root", root.toString(), "--json");

    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    JsonNode json = answer.json();
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("transfer").get("manifest")).isEqualTo(demo.get("receipt").get("manifest"));
    assertThat(json.get("transfer").get("packets"))
        .isEqualTo(demo.get("totals").get("privatePackets"));
    assertThat(json.get("source").get("emulated").asBoolean()).isTrue();
    assertThat(json.get("rules"))
        .allSatisfy(rule -> assertThat(rule.get("holds").asBoolean()).as(rule.toString()).isTrue());
    assertThat(json.get("guest").get("name").asString()).isEqualTo("demo");
  }

  @Test
  @DisplayName("the words name the guest, both platforms, the times and the verdict")
  void words() {
    Answer answer = Answer.to("receipt", "verify", receipt.toString(), "--root", root.toString());

    assertThat(answer.out())
        .contains("guest     demo, 8 MiB", "EMULATED", "SEND_FINISH", "ok   source signature")
        .endsWith("VERIFIED: both platforms signed this move.\n");
  }

  @Test
  @DisplayName("AMD's roots alone do not vouch for a model's chips")
  void withoutRoot() {
    Answer answer = Answer.to("receipt", "verify", receipt.toString());

    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("BAD  source chain", "none of those believed in");
  }

  @Test
  @DisplayName("another launch digest than the guest's is refused")
  void digest() {
    Answer shown = Answer.to("receipt", "show", receipt.toString(), "--json");
    String digest = shown.json().get("guest").get("launchDigest").asString();
    assertThat(shown.json().get("verified").isNull()).isTrue();

    assertThat(check(digest).code()).isZero();
    assertThat(check("0".repeat(64)).code()).isEqualTo(1);
    assertThat(check("0".repeat(64)).out()).contains("BAD  launch");
    assertThat(check("12").code()).isEqualTo(2);
    assertThat(check("12").err()).contains("64 hexadecimal digits");
  }

  private Answer check(String digest) {
    return Answer.to(
        "receipt", "verify", receipt.toString(), "--root", root.toString(), "--digest", digest);
  }

  @Test
  @DisplayName("one changed byte is enough")
  void changed() throws Exception {
    byte[] bytes = Files.readAllBytes(receipt);
    bytes[bytes.length - 208 - 2 - 208 - 5]++;
    Path changed = Files.write(directory.resolve("changed"), bytes);

    Answer answer = Answer.to("receipt", "verify", changed.toString(), "--root", root.toString());

    assertThat(answer.code()).isEqualTo(1);
    assertThat(answer.out()).contains("signs another statement", "NOT VERIFIED");
  }

  @Test
  @DisplayName("what is no receipt, or no root, is told in one sentence")
  void badInput() throws Exception {
    byte[] good = Files.readAllBytes(receipt);
    Path text = Files.writeString(directory.resolve("text"), "hello", StandardCharsets.UTF_8);
    Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(good, 4000));
    Path large = Files.write(directory.resolve("large"), new byte[1 << 18]);

    assertSentence("begins otherwise", "receipt", "show", text.toString());
    assertSentence("cut short", "receipt", "show", cut.toString());
    assertSentence("too long", "receipt", "show", large.toString());
    assertSentence("is a directory", "receipt", "show", directory.toString());
    assertSentence("does not exist", "receipt", "verify", directory.resolve("none").toString());
    assertSentence(
        "holds no root key", "receipt", "verify", receipt.toString(), "--root", text.toString());
    assertSentence("verify or show", "receipt");
  }

  @Test
  @DisplayName("no demonstration overwrites a receipt")
  void keeps() throws Exception {
    byte[] before = Files.readAllBytes(receipt);

    assertSentence(
        "left as it is",
        "demo",
        "--host",
        "model",
        "--memory",
        "8M",
        "--receipt",
        receipt.toString());

    assertThat(Files.readAllBytes(receipt)).isEqualTo(before);
  }

  private static void assertSentence(String words, String... arguments) {
    Answer answer = Answer.to(arguments);
    assertThat(answer.code()).as(answer.err()).isEqualTo(2);
    assertThat(answer.err()).contains(words).doesNotContain("Exception", "\tat ");
  }
}
