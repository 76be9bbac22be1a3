package dev.sealift.migration;

import dev.sealift.migration.handover.Ownership;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** A registry that hosts share, and that a test can cut off from each of them. */
final class SharedRegistry {

  /** How a host reaches the registry. */
  enum Line {
    WHOLE,
    /** Nothing arrives. */
    CUT,
    /** What is asked is done, and the answer is lost. */
    ANSWERS_LOST
  }

  private final Map<String, String> owners = new HashMap<>();
  private final Map<String, Line> lines = new HashMap<>();
  private int unanswered;

  /** The host is in the registry from now on. */
  void join(TestHost host) {
    lines.put(key(host), Line.WHOLE);
    host.ownership = new Seen(key(host));
  }

  synchronized void owns(TestHost host, String guest) {
    owners.put(guest, key(host));
  }

  synchronized boolean isOwner(TestHost host, String guest) {
    return key(host).equals(owners.get(guest));
  }

  synchronized void line(TestHost host, Line line) {
    lines.put(key(host), line);
    unanswered = 0;
  }

  /** Questions without an answer since a line last changed. */
  synchronized int unanswered() {
    return unanswered;
  }

  private static String key(TestHost host) {
    return TestHost.AUTHORITY.key(host.identity).toString();
  }

  private synchronized Ownership.Answer ask(String host, Supplier<Boolean> question) {
    Line line = lines.getOrDefault(host, Line.CUT);
    if (line != Line.CUT) {
      boolean holds = question.get();
      if (line == Line.WHOLE) {
        return holds ? Ownership.Answer.YES : Ownership.Answer.NO;
      }
    }
    unanswered++;
    return Ownership.Answer.UNKNOWN;
  }

  /** As one host sees it. */
  private final class Seen implements Ownership {
    private final String self;

    Seen(String self) {
      this.self = self;
    }

    @Override
    public Answer holds(String guest) {
      return isHeldBy(guest, self);
    }

    @Override
    public Answer grant(String guest, String peerKey) {
      return ask(
          self,
          () -> {
            if (self.equals(owners.get(guest))) {
              owners.put(guest, peerKey);
            }
            return peerKey.equals(owners.get(guest));
          });
    }

    @Override
    public Answer knows(String peerKey) {
      return ask(self, () -> lines.containsKey(peerKey));
    }

    @Override
    public Answer isHeldBy(String guest, String peerKey) {
      return ask(self, () -> peerKey.equals(owners.get(guest)));
    }
  }
}
