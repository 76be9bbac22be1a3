package dev.sealift.cli.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.migration.access.AllowedPeers;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.access.Right;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.MigrationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("sealift identity")
class IdentityCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NEW_KEY =
      " -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -subj /CN=them"
          + " -addext subjectAltName=IP:127.0.0.1,DNS:them.example.org";

  @TempDir private Path here;

  private Answer does(String arguments) {
    return Answer.to(arguments.replace("@", here + "/").split(" "));
  }

  private Answer succeeds(String arguments) {
    Answer answer = does(arguments);
    assertThat(answer.code()).as(answer.err()).isZero();
    return answer;
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectory(here.resolve(name));
  }

  private void create(String host) throws IOException {
    folder(host);
    succeeds("identity create --dir @" + host + " --name 127.0.0.1 --name " + host + ".example");
  }

  @Test
  void makesAKeyForItsOwnersEyesACertificateAndARequestThatOpensslReads() throws Exception {
    create("a");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(here.resolve("a/host.key"))))
        .isEqualTo("rw-------");
    var openssl = new OpenSsl(here.resolve("a"));
    assertThat(openssl.says("pkey -in host.key -check -noout")).contains("valid");
    assertThat(openssl.says("req -in host.csr -verify -noout")).contains("verify OK");
    assertThat(openssl.says("x509 -in host.crt -noout -ext subjectAltName,extendedKeyUsage"))
        .contains("IP Address:127.0.0.1, DNS:a.example", "Server", "Client");
    assertThat(openssl.says("verify -CAfile host.crt -purpose sslserver host.crt")).contains("OK");
    openssl.says("x509 -in host.crt -noout -pubkey -out key.pem");
    openssl.says("pkey -pubin -in key.pem -outform DER -out key.der");
    String digest = openssl.says("dgst -sha256 -r key.der").substring(0, 64);
    for (String file : List.of("host.crt", "host.csr")) {
      assertThat(succeeds("identity show --json @a/" + file).json().get("key").asString())
          .isEqualTo("sha256:" + digest);
    }
    assertThat(does("identity create --dir @a --name x").err()).contains("exists already");
  }

  @Test
  void issuesCertificatesThatOpensslBelievesForBothEnds() throws Exception {
    create("a");
    succeeds("identity ca --dir @ --name Hosts --days 10");
    succeeds(
        "identity issue --ca @ca.crt --ca-key @ca.key --request @a/host.csr --out @a/issued.crt");
    var openssl = new OpenSsl(here);
    for (String purpose : List.of("sslserver", "sslclient")) {
      openssl.says(
          "verify -x509_strict -CAfile ca.crt -verify_ip 127.0.0.1 -purpose "
              + purpose
              + " a/issued.crt");
    }
    openssl.says("req -new -keyout them.key -out them.csr" + NEW_KEY);
    Answer issued =
        succeeds(
            "identity issue --ca @ca.crt --ca-key @ca.key --request @them.csr --out @them.crt"
                + " --days 300 --json");
    assertThat(issued.json().get("names").toString()).contains("127.0.0.1", "them.example.org");
    assertThat(issued.json().get("validUntil"))
        .as("no longer than its authority")
        .isEqualTo(succeeds("identity show --json @ca.crt").json().get("validUntil"));
  }

  @Tag("long")
  @Test
  void worksWithKeysCertificatesAndAuthoritiesThatOpensslMade() throws Exception {
    var openssl = new OpenSsl(here);
    openssl.says("req -x509 -keyout them.key -out them.crt" + NEW_KEY);
    assertThat(succeeds("identity show @them.crt").out()).contains("them.example.org", "by itself");
    create("a");
    succeeds("identity allow --list @a/peers --certificate @them.crt --may send,receive");
    succeeds("identity allow --list @them.peers --certificate @a/host.csr --may send,receive");
    assertThat(talk(access("a", "a/peers", null), them(null))).isNull();

    openssl.says(
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=theirs"
            + " -addext keyUsage=critical,keyCertSign");
    succeeds(
        "identity issue --ca @ca.crt --ca-key @ca.key --request @a/host.csr --out @a/issued.crt");
    succeeds("identity allow --list @by-name --name a.example --may send");
    HostAccess issued =
        HostAccess.load(
            here.resolve("a/host.key"),
            here.resolve("a/issued.crt"),
            here.resolve("a/peers"),
            null);
    assertThat(
            talk(
                issued,
                HostAccess.load(
                    here.resolve("them.key"),
                    here.resolve("them.crt"),
                    here.resolve("by-name"),
                    here.resolve("ca.crt"))))
        .isNull();
    assertThat(talk(access("a", "a/peers", null), them("ca.crt")))
        .as("its key is still on the list")
        .isNull();
  }

  @Test
  void keepsOutWhoeverIsNotOnTheList() throws Exception {
    create("a");
    create("b");
    create("c");
    succeeds("identity allow --list @a/peers --certificate @b/host.crt --may receive");
    succeeds("identity allow --list @b/peers --certificate @a/host.crt --may receive --guests x-*");
    succeeds("identity allow --list @c/peers --certificate @b/host.crt --may receive");
    assertThat(talk(access("a", "a/peers", null), access("b", "b/peers", null)))
        .satisfies(
            refusal -> assertThat(refusal).contains("does not take any guest", "CN=127.0.0.1"));
    assertThat(talk(access("c", "c/peers", null), access("b", "b/peers", null)))
        .contains("certificate");
  }

  @Test
  void isRefusedByAHostWhereOpensslOffersOldTlsATicketOrNoCertificate() throws Exception {
    create("a");
    create("b");
    succeeds("identity allow --list @b/peers --certificate @a/host.crt --may send");
    HostAccess b = access("b", "b/peers", null);
    try (Listener listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), b.identity(), PATIENCE)) {
      listener.start(control -> {
        try (control) {
          control.abort(new MigrationException(FailureCode.CANCELLED, "that was all"));
        }
      });
      var openssl = new OpenSsl(here);
      String connect =
          "s_client -connect 127.0.0.1:%d -CAfile b/host.crt -ign_eof "
              .formatted(listener.address().getPort());
      String as = connect + "-cert a/host.crt -key a/host.key ";
      assertThat(openssl.triesTo(as + "-tls1_3 -sess_out ticket"))
          .contains("TLSv1.3", "Verify return code: 0 (ok)", "that was all")
          .doesNotContain("New Session Ticket");
      assertThat(here.resolve("ticket")).doesNotExist();
      assertThat(openssl.triesTo(as + "-tls1_2")).contains("alert protocol version");
      assertThat(openssl.triesTo(connect + "-tls1_3"))
          .contains("alert certificate required")
          .doesNotContain("that was all");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create --dir @ --name not_a_name | neither a DNS name nor an IP address",
        "create --dir @ --name 1.2.3.999 | neither a DNS name nor an IP address",
        "create --dir @nowhere --name a | is no directory",
        "create --dir @ --name a --days 0 | valid for 1 to 3650 days",
        "ca --dir @ --name a,CN=b | is no name for an authority",
        "show @garbage | holds 0 certificates",
        "show @cut | is cut short",
        "show @noise | is no base64",
        "allow --list @l --key sha256:12 --may send | is no fingerprint of a key",
        "allow --list @l --name a --may sent | may",
        "allow --list @l --name a --may send --guests a#b | names no guests",
        "allow --list @broken --name a --may send | broken:1: a line starts with key or name",
        "allow --list @l --certificate @garbage --may send | neither a certificate",
        "issue --ca @garbage --request @garbage --out @o | holds 0 certificates",
        "issue --request @nothing --out @o | does not exist",
      })
  void answersBadInputInASentenceAndLeavesNothing(String arguments, String words) throws Exception {
    Files.writeString(here.resolve("garbage"), "nothing here\n");
    Files.writeString(here.resolve("cut"), "-----BEGIN CERTIFICATE-----\nMIIB\n");
    Files.writeString(
        here.resolve("noise"), "-----BEGIN CERTIFICATE-----\n$$$\n-----END CERTIFICATE-----\n");
    Files.writeString(here.resolve("broken"), "hosts a send\n");
    Answer answer = does("identity " + arguments);
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains(words).doesNotContain("Exception", "\tat ");
    try (var files = Files.list(here)) {
      assertThat(files).hasSize(4);
    }
  }

  @Test
  void refusesARequestThatWasChangedAndAKeyOfAnother() throws Exception {
    create("a");
    create("b");
    succeeds("identity ca --dir @ --name Hosts");
    byte[] der = Pem.parse(Files.readAllBytes(here.resolve("a/host.csr"))).getFirst().der();
    der[der.length - 5] ^= 1;
    Files.write(here.resolve("changed"), new Pem(IdentityFiles.REQUEST, der).text());
    String issue = "identity issue --ca @ca.crt --ca-key @ca.key --out @o --request ";
    assertThat(does(issue + "@changed").err()).contains("not signed");
    assertThat(
            does("identity issue --ca @ca.crt --ca-key @a/host.key --out @o --request @a/host.csr")
                .err())
        .contains("is not the private key of the first certificate");
    assertThat(
            does("identity issue --ca @a/host.crt --ca-key @a/host.key --out @o --request @a/host.csr")
                .err())
        .contains("no authority's certificate");
    assertThat(here.resolve("o")).doesNotExist();
  }

  private HostAccess access(String host, String list, @Nullable String authorities)
      throws Exception {
    return HostAccess.load(
        here.resolve(host + "/host.key"),
        here.resolve(host + "/host.crt"),
        here.resolve(list),
        authorities == null ? null : here.resolve(authorities));
  }

  private HostAccess them(@Nullable String authorities) throws Exception {
    return HostAccess.load(
        here.resolve("them.key"),
        here.resolve("them.crt"),
        here.resolve("them.peers"),
        authorities == null ? null : here.resolve(authorities));
  }

  /** A source comes to a destination; answers why it is refused, or null where it is not. */
  private static @Nullable String talk(HostAccess source, HostAccess destination) throws Exception {
    var came = new CompletableFuture<@Nullable String>();
    try (Listener listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            destination.identity(),
            PATIENCE)) {
      listener.start(control -> {
        try (control) {
          came.complete(refusal(destination.peers(), control));
        }
      });
      try (ControlConnection control =
          ControlConnection.connect(source.identity(), listener.address(), PATIENCE)) {
        control.whenBroken(() -> came.complete("the certificate was refused"));
        return came.get(60, TimeUnit.SECONDS);
      } catch (MigrationException refused) {
        return refused.sentence();
      }
    }
  }

  private static @Nullable String refusal(AllowedPeers peers, ControlConnection control) {
    try {
      peers.check(PeerIdentity.of(control.peerCertificate()), Right.SEND);
      return null;
    } catch (MigrationException refused) {
      return refused.sentence();
    }
  }
}
