package dev.sealift.cli.owner;

import dev.sealift.crypto.GuestPolicy;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A policy on the command line. */
final class PolicyConverter implements ITypeConverter<GuestPolicy> {
  static final String FORMS =
      "a number (0x21, 33) or words: nodbg,noks,es,nosend,domain,sev,api=MAJOR.MINOR";

  @Override
  public GuestPolicy convert(String value) {
    try {
      return GuestPolicy.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
