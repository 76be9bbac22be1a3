package dev.sealift.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Faults that are to strike, each at the n-th time that something of its kind happens.
 *
 * @param <K> what can happen
 * @param <A> what a fault answers
 */
final class FaultPlan<K, A> {
  private final List<Pending<K, A>> pending = new ArrayList<>();

  private static final class Pending<K, A> {
    final K kind;
    final A answer;
    final String words;
    int left;

    Pending(K kind, A answer, int left, String words) {
      this.kind = kind;
      this.answer = answer;
      this.left = left;
      this.words = words;
    }
  }

  /**
   * Orders a fault.
   *
   * @param n counted from here on; 1 is the next time
   * @param words the fault, for people
   */
  synchronized void order(K kind, int n, A answer, String words) {
    if (n < 1) {
      throw new IllegalArgumentException("times are counted from 1, which is the next: " + n);
    }
    pending.add(new Pending<>(kind, answer, n, words));
  }

  /** It happens: the answer of the fault that strikes now, if one does. */
  synchronized Optional<A> happens(K kind) {
    Optional<A> answer = Optional.empty();
    for (Iterator<Pending<K, A>> each = pending.iterator(); each.hasNext(); ) {
      Pending<K, A> fault = each.next();
      if (fault.kind.equals(kind) && --fault.left == 0) {
        answer = Optional.of(fault.answer);
        each.remove();
      }
    }
    return answer;
  }

  /** Whether a fault of a kind is still to strike. */
  synchronized boolean isPending(K kind) {
    return pending.stream().anyMatch(fault -> fault.kind.equals(kind));
  }

  /** Those that have not struck. */
  synchronized List<String> left() {
    return pending.stream()
        .map(fault -> "%s (%d more to come)".formatted(fault.words, fault.left))
        .toList();
  }

  synchronized void clear() {
    pending.clear();
  }
}
