package dev.sealift.crypto.cert;

import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A file of certificates, recognised by its content: one certificate, or any number of whole ones,
 * one behind the other, of both formats. This takes in what the firmware and the tools around it
 * exchange, see {@link Form}.
 *
 * <p>Nothing is verified here: a certificate is recognised by its length and by what it says it is.
 * Source: AMD publication 55766, certificate formats; the sevctl and sev-tool programs for the
 * order in their files.
 *
 * @param parts the certificates with their places, at least one
 */
public record CertificateFile(List<Part> parts) {

  /** Bytes of the longest file that is read: some thirty certificates. */
  public static final int MOST_BYTES = 64 * 1024;

  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int SEV_USAGE = SevCertificate.USAGE_BYTES.first();
  private static final int AMD_USAGE = AmdCertificate.USAGE_BYTES.first();

  /** Bytes that tell a platform's certificate. */
  private static final int SEV_HEADER = SEV_USAGE + Integer.BYTES;

  public CertificateFile {
    parts = List.copyOf(parts);
  }

  /**
   * A certificate in the file.
   *
   * @param offset of its first byte
   * @param certificate what stands there
   */
  public record Part(int offset, Certificate certificate) {}

  /** What a file is for, told by which certificates stand in it in which order. */
  public enum Form {
    SINGLE("one certificate", ""),
    ASK_ARK("ASK and ARK, as SEND_START and AMD have them", "ASK ARK"),
    ARK_ASK("ARK and ASK", "ARK ASK"),
    PLATFORM("PEK, OCA and CEK, as PDH_CERT_EXPORT and SEND_START have them", "PEK OCA CEK"),
    CHAIN("PDH, PEK, OCA and CEK, as sevctl export writes them", "PDH PEK OCA CEK"),
    FULL_CHAIN(
        "PDH, PEK, OCA, CEK, ASK and ARK, as sevctl export --full writes them",
        "PDH PEK OCA CEK ASK ARK"),
    MIXTURE("several certificates", "");

    private final String words;
    private final String order;

    Form(String words, String order) {
      this.words = words;
      this.order = order;
    }

    /** In words. */
    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * Reads a file's content.
   *
   * @throws MalformedCertificateException if it is empty, longer than {@link #MOST_BYTES}, or
   *     anything but whole certificates; the message says which and what to do
   */
  public static CertificateFile parse(byte[] content) throws MalformedCertificateException {
    if (content.length == 0) {
      throw new MalformedCertificateException("it is empty");
    }
    if (content.length > MOST_BYTES) {
      throw new MalformedCertificateException(
          "it has %d bytes, and files of certificates have %d at most"
              .formatted(content.length, MOST_BYTES));
    }
    ForeignContent.refuse(content);
    List<Part> parts = new ArrayList<>();
    int offset = 0;
    while (offset < content.length) {
      Certificate certificate = read(content, offset);
      parts.add(new Part(offset, certificate));
      offset += certificate.bytes().length;
    }
    return new CertificateFile(parts);
  }

  /** The certificates in their order. */
  public List<Certificate> certificates() {
    return parts.stream().map(Part::certificate).toList();
  }

  /** What the file is for. */
  public Form form() {
    if (parts.size() == 1) {
      return Form.SINGLE;
    }
    String order =
        parts.stream()
            .map(part -> Usage.describe(part.certificate().usage()))
            .collect(Collectors.joining(" "));
    return Arrays.stream(Form.values())
        .filter(form -> form.order.equals(order))
        .findFirst()
        .orElse(Form.MIXTURE);
  }

  private static Certificate read(byte[] content, int offset) throws MalformedCertificateException {
    byte[] rest = Arrays.copyOfRange(content, offset, content.length);
    int size = sizeOf(rest, offset);
    if (isAmd(rest) && lacksItsSignature(rest, size)) {
      throw AmdCertificate.withoutSignature(size);
    }
    if (rest.length < size) {
      throw new MalformedCertificateException(
          "cut short: %d of the %d bytes of the %s certificate%s are there"
              .formatted(rest.length, size, Usage.describe(usageOf(rest)), at(offset)));
    }
    byte[] bytes = Arrays.copyOf(rest, size);
    return isAmd(rest) ? AmdCertificate.parse(bytes) : SevCertificate.parse(bytes);
  }

  /**
   * Whether an AMD certificate, the last in its file or not, ends where its signature should be.
   */
  private static boolean lacksItsSignature(byte[] rest, int size) {
    int unsigned = AmdCertificate.unsignedSize(size);
    return rest.length == unsigned
        || (startsAt(rest, unsigned) && rest.length != size && !startsAt(rest, size));
  }

  /** The length of the certificate that the rest of the file starts with. */
  private static int sizeOf(byte[] rest, int offset) throws MalformedCertificateException {
    if (rest.length < SEV_HEADER) {
      throw new MalformedCertificateException(
          offset == 0
              ? "%d bytes are no certificate: the shortest has 832".formatted(rest.length)
              : "%d bytes too many stand behind the last certificate%s"
                  .formatted(rest.length, at(offset)));
    }
    if (isAmd(rest)) {
      return AmdCertificate.sizeOf(rest);
    }
    if (isSev(rest)) {
      return SevCertificate.SIZE;
    }
    throw new MalformedCertificateException(
        "no certificate of SEV starts%s: what would be its usage is %s"
            .formatted(offset == 0 ? " here" : at(offset), Usage.describe(u32(rest, SEV_USAGE))));
  }

  private static boolean isSev(byte[] rest) {
    return rest.length >= SEV_HEADER
        && switch (Usage.of(u32(rest, SEV_USAGE))) {
          case PDH, PEK, OCA, CEK -> true;
          case ARK, ASK, NONE -> false;
          case null -> false;
        };
  }

  /** Of two readings the one with sane key sizes; where neither has, the platform's. */
  private static boolean isAmd(byte[] rest) {
    if (rest.length < AmdCertificate.LAYOUT.size()) {
      return false;
    }
    Usage usage = Usage.of(u32(rest, AMD_USAGE));
    return (usage == Usage.ARK || usage == Usage.ASK)
        && (AmdCertificate.hasKeySizes(rest)
            || (!isSev(rest) && u32(rest, 0) == AmdCertificate.VERSION_1));
  }

  private static boolean startsAt(byte[] rest, int offset) {
    if (rest.length < offset + SEV_HEADER || u32(rest, offset) != SevCertificate.VERSION_1) {
      return false;
    }
    byte[] there = Arrays.copyOfRange(rest, offset, rest.length);
    return isAmd(there) || isSev(there);
  }

  private static int usageOf(byte[] rest) {
    return u32(rest, isAmd(rest) ? AMD_USAGE : SEV_USAGE);
  }

  private static int u32(byte[] bytes, int offset) {
    return MemorySegment.ofArray(bytes).get(U32, offset);
  }

  private static String at(int offset) {
    return offset == 0 ? "" : " at byte " + offset;
  }
}
