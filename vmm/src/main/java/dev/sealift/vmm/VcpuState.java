package dev.sealift.vmm;

import dev.sealift.abi.kvm.VcpuBlob;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The state of a vCPU outside KVM_RUN: the whole of it, or of a vCPU whose registers are encrypted
 * (SEV-ES) what KVM keeps beside them.
 *
 * <p>Encoded, little-endian:
 *
 * <pre>
 *   u8 version (1) | u8 blobs | blobs x { u32 KVM_GET request | u32 length | bytes }
 *                  | u8 MSRs  | MSRs x { u32 index | u64 value }
 * </pre>
 *
 * @param blobs every {@link VcpuBlob}, each of its own size; or those {@link #BESIDE_REGISTERS}
 * @param msrs model-specific registers by index, at most {@link #MAX_MSRS}
 */
public record VcpuState(Map<VcpuBlob, byte[]> blobs, Map<Integer, Long> msrs) {
  /** No encoded state is longer, in bytes. */
  public static final int MAX_ENCODED = 8192;

  /** No state has more model-specific registers. */
  public static final int MAX_MSRS = 64;

  /** What KVM keeps of a vCPU whose registers are encrypted. */
  static final Set<VcpuBlob> BESIDE_REGISTERS =
      Collections.unmodifiableSet(EnumSet.of(VcpuBlob.VCPU_EVENTS, VcpuBlob.MP_STATE));

  private static final int VERSION = 1;
  private static final Set<VcpuBlob> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(VcpuBlob.class));

  private static final int BLOB_HEADER = 8;
  private static final int MSR = 12;

  /**
   * @throws IllegalArgumentException if a blob is missing or has the wrong size, or there are too
   *     many registers
   */
  public VcpuState {
    Map<VcpuBlob, byte[]> copies = new EnumMap<>(VcpuBlob.class);
    for (VcpuBlob blob : complete(blobs.keySet()) ? blobs.keySet() : ALL) {
      byte[] bytes = blobs.get(blob);
      if (bytes == null || bytes.length != blob.size()) {
        throw new IllegalArgumentException(
            "%s takes %d bytes, not %s"
                .formatted(blob, blob.size(), bytes == null ? "none" : bytes.length));
      }
      copies.put(blob, bytes.clone());
    }
    if (msrs.size() > MAX_MSRS) {
      throw new IllegalArgumentException(msrs.size() + " registers, more than " + MAX_MSRS);
    }
    blobs = copies;
    msrs = new LinkedHashMap<>(msrs);
  }

  /** Whether the registers are in it, in the clear. */
  public boolean hasRegisters() {
    return blobs.containsKey(VcpuBlob.REGS);
  }

  private static boolean complete(Set<VcpuBlob> parts) {
    return parts.equals(ALL) || parts.equals(BESIDE_REGISTERS);
  }

  byte[] blob(VcpuBlob blob) {
    return blobs.getOrDefault(blob, new byte[0]);
  }

  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(MAX_ENCODED).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) VERSION).put((byte) blobs.size());
    blobs.forEach((blob, bytes) -> out.putInt(blob.getRequest()).putInt(bytes.length).put(bytes));
    out.put((byte) msrs.size());
    msrs.forEach((index, value) -> out.putInt(index).putLong(value));
    byte[] encoded = new byte[out.position()];
    out.flip().get(encoded);
    return encoded;
  }

  /**
   * Reads an encoded state, which may come from anywhere.
   *
   * @throws VmmException if it is not exactly one whole state
   */
  public static VcpuState decode(byte[] encoded) throws VmmException {
    if (encoded.length > MAX_ENCODED) {
      throw malformed("it has " + encoded.length + " bytes, more than " + MAX_ENCODED);
    }
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    need(in, 2);
    int version = Byte.toUnsignedInt(in.get());
    if (version != VERSION) {
      throw malformed("it is of version " + version + ", not " + VERSION);
    }
    Map<VcpuBlob, byte[]> blobs = readBlobs(in, Byte.toUnsignedInt(in.get()));
    need(in, 1);
    Map<Integer, Long> msrs = readMsrs(in, Byte.toUnsignedInt(in.get()));
    if (in.hasRemaining()) {
      throw malformed(in.remaining() + " bytes follow it");
    }
    if (!complete(blobs.keySet())) {
      throw malformed("parts are missing");
    }
    return new VcpuState(blobs, msrs);
  }

  private static Map<VcpuBlob, byte[]> readBlobs(ByteBuffer in, int count) throws VmmException {
    Map<VcpuBlob, byte[]> blobs = new EnumMap<>(VcpuBlob.class);
    for (int i = 0; i < count; i++) {
      need(in, BLOB_HEADER);
      VcpuBlob blob = blobOf(in.getInt());
      int length = in.getInt();
      if (length != blob.size()) {
        throw malformed("%s takes %d bytes, not %d".formatted(blob, blob.size(), length));
      }
      need(in, length);
      byte[] bytes = new byte[length];
      in.get(bytes);
      if (blobs.put(blob, bytes) != null) {
        throw malformed(blob + " is there twice");
      }
    }
    return blobs;
  }

  private static Map<Integer, Long> readMsrs(ByteBuffer in, int count) throws VmmException {
    if (count > MAX_MSRS) {
      throw malformed("it has " + count + " registers, more than " + MAX_MSRS);
    }
    need(in, count * MSR);
    Map<Integer, Long> msrs = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      int index = in.getInt();
      if (msrs.put(index, in.getLong()) != null) {
        throw malformed("its register 0x" + Integer.toHexString(index) + " is there twice");
      }
    }
    return msrs;
  }

  private static VcpuBlob blobOf(int getRequest) throws VmmException {
    for (VcpuBlob blob : VcpuBlob.values()) {
      if (blob.getRequest() == getRequest) {
        return blob;
      }
    }
    throw malformed("it has an unknown part, 0x" + Integer.toHexString(getRequest));
  }

  private static void need(ByteBuffer in, int bytes) throws VmmException {
    if (in.remaining() < bytes) {
      throw malformed("it ends early");
    }
  }

  private static VmmException malformed(String why) {
    return new VmmException(
        "decode vCPU state", "The vCPU's state is malformed, " + why + ": ask for it again.");
  }
}
