package dev.sealift.crypto.cert;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The EPYC generations with SEV, each with a root key of its own.
 *
 * <p>Source: the ARK and ASK certificates that AMD publishes for each generation.
 */
public enum Generation {
  NAPLES(
      "Naples",
      "1bb987c359494606b174945601c9ea5b",
      "e139970cfc464377ae61b289e2f9e96e",
      "8efddcaaf84990cf6354d93637be270220cf15797332b3d918c3b8cc77349f31"),
  ROME(
      "Rome",
      "e6002122fb58419399d15fee7b131351",
      "c6cbcf145b3146f498e40ecb4ad4fded",
      "3d2c1157c29ef7bd4207fc0c8b08db080e579ceba267f8c9"
          + "3bec8dce73f5a5e2e60d959ac37ea82176c1a0c61ae203ed"),
  MILAN(
      "Milan",
      "94c38e4177d0479292a7ae671d083fb6",
      "73478c05cc174bfeb06e718fa75dc3c8",
      "569da618dfe64015c343db6d975e77b72fdeacd16edd02d9"
          + "d09b889b8f0f1d91ffa5dfbd86f7ac574a1a7883b7a1e737"),
  GENOA(
      "Genoa",
      "9f9d4a8fe761456599f6946c4c010f3a",
      "acbb4ad21acc436fb3e932f812cd01b0",
      "b66e16ff0ebeed57f0c4dffa154872c4156f2e5b1c2f4e66"
          + "e58fc37f1d2a60d31a342ecb6430a9b2510a970c75c37926"),
  TURIN(
      "Turin",
      "d05c3a8bde484904b49552422ceb3942",
      "15051693f7304d65a527b4a7f3f7cb77",
      "712a28007da1097e8c4fd3a2e8655012b27e04042323a0a3"
          + "0e111fc0cf698961040c6fc3ff2053abe70432cfef411a0e");

  private final String title;
  private final String arkKeyId;
  private final String askKeyId;
  private final String arkHash;

  Generation(String title, String arkKeyId, String askKeyId, String arkHash) {
    this.title = title;
    this.arkKeyId = arkKeyId;
    this.askKeyId = askKeyId;
    this.arkHash = arkHash;
  }

  /**
   * Whose root a certificate is: the pinned id and hash are its own. Says nothing of signatures.
   */
  public static Optional<Generation> of(AmdCertificate ark) {
    return Arrays.stream(values())
        .filter(generation -> RootOfTrust.of(generation).isRootOf(ark))
        .findFirst();
  }

  /** Whose ARK or ASK a certificate names itself to be by its key id. */
  public static Optional<Generation> named(AmdCertificate certificate) {
    String id = HexFormat.of().formatHex(certificate.keyId());
    return Arrays.stream(values())
        .filter(generation -> id.equals(generation.arkKeyId) || id.equals(generation.askKeyId))
        .findFirst();
  }

  /** Id of the root key, 16 bytes. */
  public byte[] arkKeyId() {
    return HexFormat.of().parseHex(arkKeyId);
  }

  /** Id of the SEV signing key, 16 bytes. */
  public byte[] askKeyId() {
    return HexFormat.of().parseHex(askKeyId);
  }

  /**
   * Hash of the root certificate's signed bytes: SHA-256 for Naples, whose key has 2048 bits,
   * SHA-384 for the others.
   */
  public byte[] arkHash() {
    return HexFormat.of().parseHex(arkHash);
  }

  /** The name as people write it. */
  @Override
  public String toString() {
    return title;
  }
}
