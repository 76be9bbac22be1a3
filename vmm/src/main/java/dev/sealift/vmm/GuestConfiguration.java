package dev.sealift.vmm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a host must know to make a guest: the same at the source and at the destination of a
 * migration.
 *
 * <p>Encoded, little-endian:
 *
 * <pre>
 *   u8 version (1) | u64 memory bytes | u32 policy | u16 length | name | u16 length | workload
 * </pre>
 *
 * @param name what people call it, 1 to 64 bytes of UTF-8 without control characters
 * @param memoryBytes its memory, a multiple of the page size up to {@link
 *     VirtualMachine#MAX_MEMORY}
 * @param policy the SEV guest policy word
 * @param workload what runs in it, for whoever launched it; 0 to 256 bytes of UTF-8 without control
 *     characters
 */
public record GuestConfiguration(String name, long memoryBytes, int policy, String workload) {
  /** No encoded configuration is longer, in bytes. */
  public static final int MAX_ENCODED = 512;

  private static final int VERSION = 1;
  private static final int MAX_NAME = 64;
  private static final int MAX_WORKLOAD = 256;

  /**
   * @throws IllegalArgumentException if a text is too long or has control characters, or the name
   *     is missing
   */
  public GuestConfiguration {
    int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
    int workloadBytes = workload.getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes < 1 || nameBytes > MAX_NAME) {
      throw new IllegalArgumentException(
          "a guest's name has 1 to %d bytes, not %d".formatted(MAX_NAME, nameBytes));
    }
    if (workloadBytes > MAX_WORKLOAD) {
      throw new IllegalArgumentException(
          "a workload has up to %d bytes, not %d".formatted(MAX_WORKLOAD, workloadBytes));
    }
    if (!isPrintable(name) || !isPrintable(workload)) {
      throw new IllegalArgumentException("a guest's name and workload have no control characters");
    }
  }

  /** What of it is encrypted, by its policy. */
  public SevMode mode() {
    return SevMode.of(policy);
  }

  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(MAX_ENCODED).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) VERSION).putLong(memoryBytes).putInt(policy);
    for (String text : new String[] {name, workload}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.putShort((short) bytes.length).put(bytes);
    }
    byte[] encoded = new byte[out.position()];
    out.flip().get(encoded);
    return encoded;
  }

  /**
   * Reads an encoded configuration, which may come from anywhere.
   *
   * @throws VmmException if it is not exactly one whole configuration
   */
  public static GuestConfiguration decode(byte[] encoded) throws VmmException {
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    need(in, 1 + Long.BYTES + Integer.BYTES);
    int version = Byte.toUnsignedInt(in.get());
    if (version != VERSION) {
      throw malformed("it is of version " + version + ", not " + VERSION);
    }
    long memoryBytes = in.getLong();
    int policy = in.getInt();
    String name = text(in, MAX_NAME);
    String workload = text(in, MAX_WORKLOAD);
    if (in.hasRemaining()) {
      throw malformed(in.remaining() + " bytes follow it");
    }
    if (name.isEmpty()) {
      throw malformed("it has no name");
    }
    return new GuestConfiguration(name, memoryBytes, policy, workload);
  }

  private static String text(ByteBuffer in, int most) throws VmmException {
    need(in, Short.BYTES);
    int length = Short.toUnsignedInt(in.getShort());
    if (length > most) {
      throw malformed("a text has " + length + " bytes, more than " + most);
    }
    need(in, length);
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (!isPrintable(text)) {
        throw malformed("a text has control characters");
      }
      return text;
    } catch (CharacterCodingException notText) {
      throw malformed("a text is not UTF-8");
    }
  }

  /** Whoever reads the text on a terminal is not at the mercy of whoever wrote it. */
  private static boolean isPrintable(String text) {
    return text.chars().noneMatch(Character::isISOControl);
  }

  private static void need(ByteBuffer in, int bytes) throws VmmException {
    if (in.remaining() < bytes) {
      throw malformed("it ends early");
    }
  }

  private static VmmException malformed(String why) {
    return new VmmException(
        "decode guest configuration",
        "The guest's configuration is malformed, " + why + ": ask for it again.");
  }
}
