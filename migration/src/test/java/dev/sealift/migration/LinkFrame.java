package dev.sealift.migration;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A piece of a stream between two hosts that the protocol treats as one: a TLS record of a control
 * connection, or a part of a data connection that has a length of its own.
 *
 * @param kind what it is
 * @param bytes all of it; fewer than it says where the stream ended in its middle
 */
// Read and passed on by one thread.
@SuppressWarnings("ArrayRecordComponent")
record LinkFrame(Kind kind, byte[] bytes) {

  /** What a frame is. */
  enum Kind {
    TO_DESTINATION("control, to the destination"),
    TO_SOURCE("control, to the source"),
    PREFACE("data: preface"),
    PREAMBLE("data: preamble"),
    SEALED_HEADER("data: sealed header"),
    CIPHERTEXT("data: ciphertext");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private static final int PAGE_SIZE = 4096;
  private static final int PREFACE_SIZE = 44;
  private static final int PREAMBLE_SIZE = 8;
  private static final int RECORD_HEADER = 5;

  /** Reads the frames of one stream. */
  interface Reader {
    /** The next frame; one without bytes where the stream has ended. */
    LinkFrame next() throws IOException;
  }

  /** TLS records: type, version u16, length u16 (RFC 8446, section 5.1). */
  static Reader records(Kind kind, InputStream in) {
    return () -> {
      byte[] header = in.readNBytes(RECORD_HEADER);
      if (header.length < RECORD_HEADER) {
        return new LinkFrame(kind, header);
      }
      byte[] body = in.readNBytes(Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(3)));
      return new LinkFrame(
          kind, ByteBuffer.allocate(RECORD_HEADER + body.length).put(header).put(body).array());
    };
  }

  /** Preface; then preamble, sealed header and ciphertext of each batch (docs/protocol.md). */
  static Reader batches(InputStream in) {
    return new Reader() {
      private Kind due = Kind.PREFACE;
      private int pages;
      private int sealed;

      @Override
      public LinkFrame next() throws IOException {
        Kind kind = due;
        int size =
            switch (kind) {
              case PREFACE -> PREFACE_SIZE;
              case PREAMBLE -> PREAMBLE_SIZE;
              case SEALED_HEADER -> sealed;
              default -> pages * PAGE_SIZE;
            };
        byte[] bytes = in.readNBytes(size);
        switch (kind) {
          case PREAMBLE -> {
            due = Kind.SEALED_HEADER;
            if (bytes.length == size) {
              pages = ByteBuffer.wrap(bytes).getInt();
              sealed = ByteBuffer.wrap(bytes).getInt(4);
            }
          }
          case SEALED_HEADER -> due = Kind.CIPHERTEXT;
          default -> due = Kind.PREAMBLE;
        }
        return new LinkFrame(kind, bytes);
      }
    };
  }
}
