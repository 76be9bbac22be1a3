package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.JdkPacketEngine;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.cert.SevCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process holds a platform; this one is the peer of its sessions, so it knows TEK and TIK
 * without ever asking for them, and looks for them in that process's heap.
 */
@DisplayName("The keys of a session")
class SecretsInMemoryTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final GuestPolicy POLICY = new GuestPolicy(0);

  @TempDir private Path directory;
  private Process holder;
  private BufferedReader answers;
  private PrintStream lines;
  private KeyPair own;
  private SevCertificate pdh;
  private ECPublicKey peer;

  @BeforeEach
  void start() throws Exception {
    EngineKind engine = EngineKind.VECTOR.obstacle().isEmpty() ? EngineKind.VECTOR : EngineKind.JDK;
    holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx48m",
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                KeyHolder.class.getName(),
                engine.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    answers = new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.US_ASCII));
    lines = new PrintStream(holder.getOutputStream(), true, StandardCharsets.US_ASCII);
    own = P384.generate(RANDOM);
    SevCertificate theirs = SevCertificate.parse(bytes(ask("pdh")));
    peer = theirs.publicKey();
    pdh =
        SevCertificate.unsigned(
            SevCertificate.Usage.PDH,
            SevCertificate.Algorithm.ECDH_SHA256,
            theirs.api(),
            (ECPublicKey) own.getPublic());
  }

  @AfterEach
  void stop() throws InterruptedException {
    lines.close();
    if (!holder.waitFor(10, TimeUnit.SECONDS)) {
      holder.destroyForcibly();
    }
  }

  @Test
  void areInTheHeapOfTheSourceUntilItHasFinishedSendingAndNeverAfter() throws Exception {
    ask("launch");
    KeySearch search = send();
    assertThat(dump(search, "live")).contains("TEK", "TIK");
    ask("finish");
    assertThat(dump(search, "all")).isEmpty();
    assertThat(dump(search, "live")).isEmpty();
    ask("close");

    ask("launch");
    KeySearch calledOff = send();
    assertThat(dump(calledOff, "live")).contains("TEK", "TIK");
    ask("cancel");
    assertThat(dump(calledOff, "all")).isEmpty();

    KeySearch thrownAway = send();
    ask("close");
    assertThat(dump(thrownAway, "all")).isEmpty();
  }

  @Test
  void areInTheHeapOfTheDestinationUntilItHasFinishedReceivingAndNeverAfter() throws Exception {
    KeySearch search = receive();
    assertThat(dump(search, "live")).contains("TEK", "TIK");
    ask("finish-receiving");
    assertThat(dump(search, "all")).isEmpty();
    assertThat(dump(search, "live")).isEmpty();

    KeySearch thrownAway = receive();
    ask("close");
    assertThat(dump(thrownAway, "all")).isEmpty();
  }

  /** Has the other process seal pages for this one; returns a search for the session's keys. */
  private KeySearch send() throws Exception {
    byte[] session = bytes(ask("send " + text(pdh.bytes())));
    ask("seal");
    return switch (Session.open(session, (ECPrivateKey) own.getPrivate(), peer, POLICY)) {
      case Session.Opened(TransportKeys keys) -> search(keys);
      case Session.Refused refused -> throw new AssertionError(refused.which());
    };
  }

  /** Has the other process open a page of this one. */
  private KeySearch receive() throws Exception {
    Session.Created session =
        Session.create((ECPrivateKey) own.getPrivate(), peer, POLICY, RANDOM);
    byte[] header = new byte[PacketHeader.SIZE];
    byte[] ciphertext = new byte[4096];
    try (PacketEngine engine = new JdkPacketEngine(session.keys())) {
      engine.seal(
          PacketEngine.DATA,
          MemorySegment.ofArray(new byte[4096]),
          MemorySegment.ofArray(ciphertext),
          MemorySegment.ofArray(header));
    }
    ask("receive %s %s".formatted(text(pdh.bytes()), text(session.blob())));
    ask("open %s %s".formatted(text(header), text(ciphertext)));
    return search(session.keys());
  }

  private static KeySearch search(TransportKeys keys) {
    return new KeySearch(keys.tek().reveal(), keys.tik().reveal());
  }

  /**
   * What of the keys is in a dump of the other process's heap.
   *
   * @param which "live": what can still be reached; "all": also what is no longer in use but not
   *     yet collected
   */
  private Set<String> dump(KeySearch search, String which) throws IOException {
    Path file = directory.resolve("heap.hprof");
    Files.deleteIfExists(file);
    ask("dump %s %s".formatted(file, which));
    return search.findIn(file);
  }

  private String ask(String line) throws IOException {
    lines.println(line);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process ended at: " + line.split(" ")[0]);
    }
    return answer;
  }

  private static byte[] bytes(String word) {
    return Base64.getDecoder().decode(word);
  }

  private static String text(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
