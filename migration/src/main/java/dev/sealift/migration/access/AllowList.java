package dev.sealift.migration.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A list of allowed peers as text, one peer a line:
 *
 * <pre>
 *   # who                                  may            with which guests (all, if nothing)
 *   key  sha256:3f0c...(64 digits)         send,receive
 *   name host-b.example.org                send           web-*,db-1
 * </pre>
 *
 * <p>UTF-8; blanks or tabs between the words; from {@code #} on a line is a remark. A file of no
 * lines allows nobody.
 */
public final class AllowList {

  /** No file is longer, in bytes. */
  public static final int MOST_BYTES = 1 << 20;

  /** No file has more peers. */
  public static final int MOST_PEERS = 4096;

  private static final int MOST_PATTERNS = 64;
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.:_-]{1,253}");

  private AllowList() {}

  /** A list that does not follow its form. The message names file and line, and says what to do. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String sentence) {
      super(sentence);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws MalformedException if it does not follow the form
   */
  public static AllowedPeers read(Path file) throws IOException, MalformedException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MOST_BYTES + 1);
    }
    return parse(file.toString(), content);
  }

  /**
   * Reads a file's content.
   *
   * @param file its name, for what is said of it
   * @throws MalformedException if it does not follow the form
   */
  public static AllowedPeers parse(String file, byte[] content) throws MalformedException {
    if (content.length > MOST_BYTES) {
      throw new MalformedException(
          "%s is longer than the %d bytes that a list of allowed peers may have; allow peers by names under an authority, or split the hosts into groups"
              .formatted(file, MOST_BYTES));
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException(file + " is not text in UTF-8; name a list of allowed peers");
    }
    List<AllowedPeer> peers = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\r?\n", -1)) {
      number++;
      String words = line.replaceFirst("#.*", "").strip();
      if (!words.isEmpty()) {
        peers.add(new Line(file, number, BLANKS.split(words, -1)).peer());
      }
      if (peers.size() > MOST_PEERS) {
        throw new MalformedException(
            "%s:%d: a list has up to %d peers; allow peers by names under an authority"
                .formatted(file, number, MOST_PEERS));
      }
    }
    return AllowedPeers.of(peers);
  }

  /** The line that a list has for a peer. */
  public static String line(AllowedPeer peer) {
    String who =
        switch (peer.who()) {
          case AllowedPeer.Key(KeyFingerprint fingerprint) -> "key " + fingerprint;
          case AllowedPeer.Name(String name) -> "name " + name;
        };
    String rights =
        peer.rights().stream().sorted().map(Right::keyword).collect(Collectors.joining(","));
    String guests =
        peer.guests().stream().map(GuestNames::pattern).collect(Collectors.joining(","));
    return (who + " " + rights + " " + guests).strip();
  }

  private record Line(String file, int number, List<String> words) {
    Line(String file, int number, String[] words) {
      this(file, number, List.of(words));
    }

    AllowedPeer peer() throws MalformedException {
      if (words.size() < 3 || words.size() > 4) {
        throw malformed(
            "a line has three or four words, not %d: key or name, which one, what it may do (send,receive), and with which guests if not all"
                .formatted(words.size()));
      }
      return new AllowedPeer(who(), rights(), guests());
    }

    private AllowedPeer.Who who() throws MalformedException {
      String which = words.get(1);
      return switch (words.get(0)) {
        case "key" ->
            new AllowedPeer.Key(
                KeyFingerprint.parse(which)
                    .orElseThrow(() ->
                        malformed(
                            "'%s' is no fingerprint of a key: write sha256: and 64 digits, 0-9 and a-f, as 'sealift identity show' prints them"
                                .formatted(shortened(which)))));
        case "name" -> {
          if (!NAME.matcher(which).matches()) {
            throw malformed(
                "'%s' is no name of a host: write a DNS name or an IP address as the host's certificate has it, without wildcards"
                    .formatted(shortened(which)));
          }
          yield new AllowedPeer.Name(which);
        }
        default ->
            throw malformed(
                "a line starts with key or name, not '%s'".formatted(shortened(words.get(0))));
      };
    }

    private Set<Right> rights() throws MalformedException {
      Set<Right> rights = EnumSet.noneOf(Right.class);
      for (String word : words.get(2).split(",", -1)) {
        switch (word) {
          case "send" -> rights.add(Right.SEND);
          case "receive" -> rights.add(Right.RECEIVE);
          default ->
              throw malformed(
                  "'%s' is nothing that a peer may do: write send, receive, or send,receive"
                      .formatted(shortened(word)));
        }
      }
      return rights;
    }

    private List<GuestNames> guests() throws MalformedException {
      if (words.size() < 4) {
        return List.of();
      }
      String[] patterns = words.get(3).split(",", -1);
      if (patterns.length > MOST_PATTERNS) {
        throw malformed(
            "a line names up to %d guests; write another line for the same peer"
                .formatted(MOST_PATTERNS));
      }
      List<GuestNames> guests = new ArrayList<>();
      for (String pattern : patterns) {
        if (pattern.isEmpty() || pattern.length() > GuestNames.MOST_CHARACTERS) {
          throw malformed(
              "'%s' names no guests: write 1 to %d characters, * for any run of them, and commas without blanks in between"
                  .formatted(shortened(pattern), GuestNames.MOST_CHARACTERS));
        }
        guests.add(new GuestNames(pattern));
      }
      return guests;
    }

    /** As it may be shown on a terminal. */
    private static String shortened(String word) {
      String shown = word.replaceAll("\\p{Cntrl}", "?");
      return shown.length() > 80 ? shown.substring(0, 80) + "..." : shown;
    }

    private MalformedException malformed(String what) {
      return new MalformedException("%s:%d: %s".formatted(file, number, what));
    }
  }
}
