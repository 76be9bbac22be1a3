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
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process holds a platform; this one is the peer of its sessions, so it knows TEK and TIK
 * without ever asking for them, and looks for them in that process's heap and in all of its memory.
 * What a collector moves it leaves behind where it was until the place is used again; so where all
 * memory is searched, nothing may have been collected meanwhile.
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
  private final StringBuilder said = new StringBuilder();

  private void start(EngineKind engine) throws Exception {
    holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                // Young enough a heap that nothing is collected, and so moved, in between.
                "-XX:+UseSerialGC",
                "-Xms40m",
                "-Xmx40m",
                "-Xmn28m",
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.config.file=" + allLoggers(),
                "-cp",
                System.getProperty("java.class.path"),
                KeyHolder.class.getName(),
                engine.name())
            .redirectError(log().toFile())
            .start();
    answers =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.US_ASCII));
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
    if (!holder.waitFor(60, TimeUnit.SECONDS)) {
      holder.destroyForcibly();
    }
  }

  private Path log() {
    return directory.resolve("log");
  }

  /** Has every logger say everything that it has to say, to standard error. */
  private Path allLoggers() throws IOException {
    return Files.writeString(
        directory.resolve("logging.properties"),
        """
        .level = ALL
        handlers = java.util.logging.ConsoleHandler
        java.util.logging.ConsoleHandler.level = ALL
        """);
  }

  @Test
  void areGoneFromTheSourceOnceAGuestWasSentOrStaysOrIsClosed() throws Exception {
    start(EngineKind.JDK);
    String collections = ask("collections");
    ask("launch");
    KeySearch sent = send();
    assertThat(dump(sent, "all")).contains("TEK", "TIK");
    ask("finish");
    assertThat(dump(sent, "all")).isEmpty();
    assertThat(memory(sent)).isEmpty();
    ask("close");
    ask("launch");
    KeySearch calledOff = send();
    assertThat(memory(calledOff)).contains("TEK", "TIK");
    ask("cancel");
    assertThat(memory(calledOff)).isEmpty();
    KeySearch thrownAway = send();
    assertThat(memory(thrownAway)).contains("TEK", "TIK");
    ask("close");
    assertThat(memory(thrownAway)).isEmpty();
    assertThat(ask("collections")).as("nothing was moved meanwhile").isEqualTo(collections);
    assertThat(dump(sent, "live")).isEmpty();
    for (KeySearch session : List.of(sent, calledOff, thrownAway)) {
      assertNeverSaid(session);
    }
  }

  @Test
  void areGoneFromTheDestinationOnceAGuestWasReceivedOrIsClosed() throws Exception {
    start(EngineKind.JDK);
    KeySearch search = receive();
    String collections = ask("collections");
    assertThat(dump(search, "all")).contains("TEK", "TIK");
    ask("finish-receiving");
    assertThat(dump(search, "all")).isEmpty();
    assertThat(memory(search)).isEmpty();
    KeySearch thrownAway = receive();
    assertThat(memory(thrownAway)).contains("TEK", "TIK");
    ask("close");
    assertThat(memory(thrownAway)).isEmpty();
    assertThat(ask("collections")).as("nothing was moved meanwhile").isEqualTo(collections);
    assertThat(dump(search, "live")).isEmpty();
    assertNeverSaid(search);
    assertNeverSaid(thrownAway);
  }

  @Test
  @Tag("long")
  void areGoneFromTheHeapAlsoWhereSixteenPagesAreHashedAtOnce() throws Exception {
    EngineKind.VECTOR.obstacle().ifPresent(Assumptions::abort);
    start(EngineKind.VECTOR);
    ask("launch");
    KeySearch search = send();
    assertThat(dump(search, "all")).contains("TEK", "TIK");
    ask("finish");
    assertThat(dump(search, "all")).isEmpty();
    assertThat(dump(search, "live")).isEmpty();
  }

  /** Neither in a log, nor on standard output or standard error. */
  private void assertNeverSaid(KeySearch search) throws IOException {
    String log = Files.readString(log());
    assertThat(log).as("what the loggers say").contains(KeyHolder.READY);
    assertThat(search.findInWords(log + said)).isEmpty();
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
    Session.Created session = Session.create((ECPrivateKey) own.getPrivate(), peer, POLICY, RANDOM);
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

  /** What of the keys is in the memory that the other process can write: heap, stacks, all. */
  private Set<String> memory(KeySearch search) throws IOException {
    Set<String> found = new TreeSet<>();
    Path process = Path.of("/proc", Long.toString(holder.pid()));
    try (var memory = new RandomAccessFile(process.resolve("mem").toFile(), "r")) {
      for (String mapping : Files.readAllLines(process.resolve("maps"))) {
        String[] words = mapping.split(" +");
        if (words[1].startsWith("rw")) {
          String[] range = words[0].split("-");
          long from = Long.parseUnsignedLong(range[0], 16);
          byte[] bytes = new byte[Math.toIntExact(Long.parseUnsignedLong(range[1], 16) - from)];
          memory.seek(from);
          memory.readFully(bytes);
          found.addAll(search.findIn(MemorySegment.ofArray(bytes)));
        }
      }
    }
    return found;
  }

  private String ask(String line) throws IOException {
    lines.println(line);
    String answer = answers.readLine();
    said.append(answer).append('\n');
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
