package dev.sealift.crypto.cert;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.regex.Pattern;

/** Content that is told from SEV's certificates at first sight: text, and other certificates. */
final class ForeignContent {
  private static final Pattern HEXADECIMAL = Pattern.compile("[0-9A-Fa-f\\s]++");
  private static final Pattern BASE64 = Pattern.compile("[0-9A-Za-z+/\\s]++[=\\s]*+");
  private static final int DER_SEQUENCE = 0x30;
  private static final int DER_LONG_LENGTH = 0x80;
  private static final int DER_LONGEST_LENGTH = 0x84;

  private ForeignContent() {}

  /**
   * Refuses what is known to be something else.
   *
   * @throws MalformedCertificateException saying what it is, and what to do
   */
  static void refuse(byte[] content) throws MalformedCertificateException {
    if (isText(content)) {
      throw new MalformedCertificateException(words(new String(content, US_ASCII)));
    }
    if (content.length > 1
        && content[0] == DER_SEQUENCE
        && Byte.toUnsignedInt(content[1]) > DER_LONG_LENGTH
        && Byte.toUnsignedInt(content[1]) <= DER_LONGEST_LENGTH) {
      throw new MalformedCertificateException(
          "it is DER, as X.509 certificates come; SEV's certificates have their own format");
    }
  }

  private static String words(String text) {
    if (text.contains("-----BEGIN")) {
      return "it is PEM, as X.509 certificates and keys come; SEV's certificates have their own"
          + " format";
    }
    if (HEXADECIMAL.matcher(text).matches()) {
      return "it is hexadecimal text: decode it with xxd -r -p";
    }
    if (BASE64.matcher(text).matches()) {
      return "it is base64 text: decode it with base64 -d";
    }
    return "it is text, and certificates are binary";
  }

  private static boolean isText(byte[] content) {
    for (byte character : content) {
      boolean printable = character >= ' ' && character <= '~';
      if (!printable && character != '\n' && character != '\r' && character != '\t') {
        return false;
      }
    }
    return true;
  }
}
