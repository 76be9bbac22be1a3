package dev.sealift.cli.identity;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * By what a host is reached, as its certificate has it: a DNS name or an IP address, in lower case.
 */
record HostName(String text) {
  private static final int MOST_CHARACTERS = 253;
  private static final Pattern LABELS =
      Pattern.compile("(?!-)[a-z0-9-]{1,63}(?<!-)(\\.(?!-)[a-z0-9-]{1,63}(?<!-))*");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*");

  /** Reads a name; empty if it is neither a DNS name nor an address. */
  static Optional<HostName> parse(String given) {
    String text = given.toLowerCase(Locale.ROOT);
    if (ADDRESS.matcher(text).matches()) {
      try {
        return Optional.of(new HostName(InetAddress.ofLiteral(text).getHostAddress()));
      } catch (IllegalArgumentException none) {
        return Optional.empty();
      }
    }
    return text.length() <= MOST_CHARACTERS && LABELS.matcher(text).matches()
        ? Optional.of(new HostName(text))
        : Optional.empty();
  }

  /** The name as a certificate's extension takes it. */
  GeneralName inCertificate() {
    boolean address = ADDRESS.matcher(text).matches();
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }

  /** Reads an option. */
  static final class Converter implements ITypeConverter<HostName> {
    @Override
    public HostName convert(String value) {
      return parse(value)
          .orElseThrow(() ->
              new TypeConversionException(
                  "'%s' is neither a DNS name nor an IP address: name the host as its peers reach it"
                      .formatted(value)));
    }
  }
}
