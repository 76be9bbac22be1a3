package dev.sealift.migration.handover;

import dev.sealift.migration.wire.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Two hosts in the middle of a hand-over, what is on its way between them, and whom the registry
 * says the guest belongs to: everything that decides what may happen next, and nothing else. Each
 * host has what a crash leaves (its journal and what the Secure Processor has of the guest) and
 * what it takes (its process).
 *
 * @param source the source
 * @param destination the destination
 * @param toDestination words on their way
 * @param toSource words on their way
 * @param registry who owns the guest
 * @param capacity no more words are on their way in one direction
 */
record HandOverWorld(
    Source source,
    Destination destination,
    List<Word> toDestination,
    List<Word> toSource,
    Registry registry,
    int capacity) {

  HandOverWorld {
    toDestination = List.copyOf(toDestination);
    toSource = List.copyOf(toSource);
  }

  /** What a registry has; any question to it may stay without an answer. */
  enum Registry {
    /** There is none: the journals decide. */
    NONE,
    /** The source owns the guest. */
    SOURCE,
    /** The source owns it, and a GRANT is on its way that nobody waits for any more. */
    GRANTING,
    /** The destination owns the guest. */
    DESTINATION;

    boolean isThere() {
      return this != NONE;
    }
  }

  /** What the hosts say to each other in the hand-over. */
  enum Word {
    GUEST,
    RESUME,
    PREPARE,
    COMMIT,
    ABORT,
    PREPARED,
    RUNNING,
    STANDING_UNKNOWN,
    STANDING_RECEIVING,
    STANDING_PREPARED,
    STANDING_COMMITTED,
    STANDING_RUNNING,
    STANDING_GONE;

    static Word standing(Place place) {
      return valueOf("STANDING_" + place);
    }

    @Nullable Place place() {
      return name().startsWith("STANDING_") ? Place.valueOf(name().substring(9)) : null;
    }
  }

  /**
   * The source.
   *
   * @param step the step that its process goes by; null while there is none
   * @param journal what is on its disk
   * @param copy what its Secure Processor has
   * @param runs whether the guest runs
   * @param linked whether it believes that it has a connection
   * @param connects whether it wants one
   */
  record Source(
      @Nullable SourceStep step,
      SourceStep journal,
      Copy copy,
      boolean runs,
      boolean linked,
      boolean connects) {

    Source step(@Nullable SourceStep next) {
      return new Source(next, journal, copy, runs, linked, connects);
    }

    Source written(SourceStep next) {
      return new Source(next, next, copy, runs, linked, connects);
    }

    Source copy(Copy now) {
      return new Source(step, journal, now, runs, linked, connects);
    }

    Source runs(boolean now) {
      return new Source(step, journal, copy, now, linked, connects);
    }

    Source link(boolean now, boolean wanted) {
      return new Source(step, journal, copy, runs, now, wanted);
    }

    boolean isUp() {
      return step != null;
    }
  }

  /**
   * The destination.
   *
   * @param step the step that its process goes by; null where it knows no such move
   * @param isUp whether it has a process
   * @param journal what is on its disk; null where there is nothing
   * @param copy what its Secure Processor has
   * @param runs whether the guest runs
   * @param linked whether it has a connection
   */
  record Destination(
      @Nullable DestinationStep step,
      boolean isUp,
      @Nullable DestinationStep journal,
      Copy copy,
      boolean runs,
      boolean linked) {

    Destination step(@Nullable DestinationStep next) {
      return new Destination(next, isUp, journal, copy, runs, linked);
    }

    Destination written(DestinationStep next) {
      return new Destination(next, isUp, next, copy, runs, linked);
    }

    Destination copy(Copy now) {
      return new Destination(step, isUp, journal, now, runs, linked);
    }

    Destination runs(boolean now) {
      return new Destination(step, isUp, journal, copy, now, linked);
    }

    Destination up(boolean now) {
      return new Destination(step, now, journal, copy, runs, linked);
    }

    Destination linked(boolean now) {
      return new Destination(step, isUp, journal, copy, runs, now);
    }
  }

  /** SEND_START is done, and the guest is offered. */
  static HandOverWorld beginning(Registry registry, int capacity) {
    return new HandOverWorld(
        new Source(SourceStep.SENDING, SourceStep.SENDING, Copy.RUNNABLE, true, true, false),
        new Destination(null, true, null, Copy.ABSENT, false, true),
        List.of(Word.GUEST),
        List.of(),
        registry,
        capacity);
  }

  /** Whether the guest runs at one host, and neither host has anything left to do. */
  boolean isSettled() {
    boolean stayed = source.step() == SourceStep.STAYED && source.runs();
    boolean moved =
        source.step() == SourceStep.HANDED_OVER
            && destination.step() == DestinationStep.RUNNING
            && destination.runs();
    boolean nothingThere =
        destination.copy() == Copy.ABSENT
            && (destination.step() == null || destination.step() == DestinationStep.TORN_DOWN);
    return (stayed && nothingThere && destination.isUp() && registry != Registry.DESTINATION)
        || (moved && registry != Registry.SOURCE);
  }

  boolean destinationRuns() {
    return destination.runs();
  }

  private HandOverWorld with(Source changed) {
    return new HandOverWorld(changed, destination, toDestination, toSource, registry, capacity);
  }

  private HandOverWorld with(Destination changed) {
    return new HandOverWorld(source, changed, toDestination, toSource, registry, capacity);
  }

  private HandOverWorld with(Registry changed) {
    return new HandOverWorld(source, destination, toDestination, toSource, changed, capacity);
  }

  private HandOverWorld with(List<Word> there, List<Word> back) {
    return new HandOverWorld(source, destination, there, back, registry, capacity);
  }

  private HandOverWorld fromSource(Word word) {
    return source.linked() && toDestination.size() < capacity
        ? with(plus(toDestination, word), toSource)
        : this;
  }

  private HandOverWorld fromDestination(Word word) {
    return destination.linked() && toSource.size() < capacity
        ? with(toDestination, plus(toSource, word))
        : this;
  }

  private static List<Word> plus(List<Word> words, Word word) {
    List<Word> more = new ArrayList<>(words);
    more.add(word);
    return more;
  }

  private static List<Word> without(List<Word> words, int index) {
    List<Word> fewer = new ArrayList<>(words);
    fewer.remove(index);
    return fewer;
  }

  /** Hears of each world that may follow. */
  interface Next {
    /**
     * A world that may follow.
     *
     * @param fault whether something broke on the way to it
     */
    void follows(String what, boolean fault, HandOverWorld world);
  }

  /** Tells all that may happen next. */
  void next(Next next) {
    if (source.isUp()) {
      sourceActs(next);
      deliverToSource(next);
      crashOfSource(next);
    } else {
      restartSource(next);
    }
    if (destination.isUp()) {
      destinationActs(next);
      deliverToDestination(next);
      crashOfDestination(next);
    } else {
      restartDestination(next);
    }
    theLinkFails(next);
    connect(next);
    if (registry == Registry.GRANTING) {
      next.follows("the registry does what was asked long ago", false, with(Registry.DESTINATION));
      next.follows("what the registry was asked is lost", true, with(Registry.SOURCE));
    }
  }

  private void sourceActs(Next next) {
    SourceStep step = Objects.requireNonNull(source.step());
    switch (step) {
      case SENDING -> {
        if (source.linked()) {
          tell(
              next,
              "the guest is paused",
              false,
              SourceEvent.Plain.STOPPED,
              world -> world.with(world.source.runs(false)));
        }
      }
      case PAUSED ->
          tell(next, "everything is sent", false, SourceEvent.Plain.ALL_SENT, world -> world);
      case FINISHED -> {
        if (registry.isThere()) {
          tell(next, "the source asks again", false, SourceEvent.Plain.RETRY, world -> world);
        }
      }
      default -> {}
    }
    tell(next, "the source calls it off", true, SourceEvent.Plain.CALLED_OFF, world -> world);
    if (source.linked()) {
      tell(
          next,
          "the source loses its link",
          false,
          SourceEvent.Plain.LOST,
          world -> world.with(world.source.link(false, world.source.connects())));
    }
  }

  private void tell(
      Next next,
      String what,
      boolean fault,
      SourceEvent event,
      UnaryOperator<HandOverWorld> before) {
    SourceStep step = Objects.requireNonNull(source.step());
    before.apply(this).doSource(what, fault, SourceRules.on(step, event), next);
  }

  /** Does deeds one by one: after each of them the process may die, and each write may fail. */
  private void doSource(String what, boolean fault, List<SourceDeed> deeds, Next next) {
    if (deeds.isEmpty()) {
      next.follows(what, fault, this);
      return;
    }
    next.follows(what + ", and the source dies before " + deeds, true, sourceDead());
    SourceDeed deed = deeds.getFirst();
    List<SourceDeed> rest = deeds.subList(1, deeds.size());
    switch (deed) {
      case SourceDeed.Write(SourceStep step) -> {
        with(source.written(step)).doSource(what, fault, rest, next);
        with(source.step(step))
            .doSource(
                what + ", but " + step + " cannot be written",
                true,
                SourceRules.on(step, new SourceEvent.Unwritten(step)),
                next);
      }
      case SourceDeed.Plain.FINISH -> {
        SourceStep step = Objects.requireNonNull(source.step());
        with(source.copy(Copy.SENT))
            .doSource(what, fault, SourceRules.on(step, SourceEvent.Plain.SENT), next);
        doSource(
            what + ", but SEND_FINISH is refused",
            true,
            SourceRules.on(step, SourceEvent.Plain.REFUSED),
            next);
      }
      case SourceDeed.Plain.GRANT -> grant(what, fault, rest, next);
      case SourceDeed.Plain.COME_BACK -> {
        if (source.copy() != Copy.RUNNABLE) {
          throw new AssertionError("a guest comes back that is " + source.copy() + ": " + this);
        }
        with(source.runs(true)).doSource(what, fault, rest, next);
      }
      case SourceDeed.Plain.SAY_PREPARE ->
          fromSource(Word.PREPARE).doSource(what, fault, rest, next);
      case SourceDeed.Plain.SAY_COMMIT -> {
        if (source.copy() == Copy.RUNNABLE) {
          throw new AssertionError("COMMIT is said for a guest that can run here: " + this);
        }
        if (registry == Registry.SOURCE || registry == Registry.GRANTING) {
          throw new AssertionError("COMMIT is said for a guest that is still owned here: " + this);
        }
        fromSource(Word.COMMIT).doSource(what, fault, rest, next);
      }
      case SourceDeed.Plain.SAY_ABORT -> fromSource(Word.ABORT).doSource(what, fault, rest, next);
      case SourceDeed.Plain.CONNECT ->
          with(source.link(source.linked(), !source.linked())).doSource(what, fault, rest, next);
      case SourceDeed.Plain.DISCARD ->
          with(source.copy(Copy.ABSENT)).doSource(what, fault, rest, next);
    }
  }

  /** Done, done without an answer, or still on its way when nobody waits for it any more. */
  private void grant(String what, boolean fault, List<SourceDeed> rest, Next next) {
    SourceStep step = Objects.requireNonNull(source.step());
    if (step != SourceStep.FINISHED || source.copy() == Copy.RUNNABLE) {
      throw new AssertionError("a guest is given away that is not finished: " + this);
    }
    if (!registry.isThere()) {
      doSource(what, fault, rest, next);
      return;
    }
    HandOverWorld given = with(Registry.DESTINATION);
    given.doSource(what, fault, rest, next);
    List<SourceDeed> unknown = SourceRules.on(step, SourceEvent.Plain.UNGRANTED);
    given.doSource(what + ", and the registry's answer is lost", true, unknown, next);
    if (registry != Registry.DESTINATION) {
      with(Registry.GRANTING)
          .doSource(what + ", and the registry is not reached in time", true, unknown, next);
    }
  }

  private HandOverWorld sourceDead() {
    return with(source.step(null).runs(false).link(false, false));
  }

  private void crashOfSource(Next next) {
    next.follows("the source dies", true, sourceDead());
  }

  private void restartSource(Next next) {
    with(source.step(source.journal()))
        .doSource(
            "the source starts again",
            false,
            SourceRules.recover(source.journal(), source.copy()),
            next);
  }

  private void deliverToSource(Next next) {
    if (!source.linked()) {
      return;
    }
    for (int i = 0; i < toSource.size(); i++) {
      Word word = toSource.get(i);
      HandOverWorld taken = with(toDestination, without(toSource, i));
      String what = "the source hears " + word;
      taken.hearAtSource(what, i > 0, word, next);
      hearAtSource(what + ", which comes again", true, word, next);
      next.follows(word + " is lost", true, taken);
    }
  }

  private void hearAtSource(String what, boolean fault, Word word, Next next) {
    Place place = word.place();
    SourceEvent event =
        switch (word) {
          case PREPARED -> SourceEvent.Plain.PREPARED;
          case RUNNING -> SourceEvent.Plain.RUNNING;
          case ABORT -> SourceEvent.Plain.ABORT;
          default -> new SourceEvent.Standing(Objects.requireNonNull(place));
        };
    SourceStep step = Objects.requireNonNull(source.step());
    doSource(what, fault, SourceRules.on(step, event), next);
  }

  private void destinationActs(Next next) {
    if (destination.step() == null) {
      return;
    }
    tell(next, "the destination fails", true, DestinationEvent.Plain.FAILED);
    tell(next, "the destination tries again", false, DestinationEvent.Plain.RETRY);
    if (registry.isThere()) {
      tell(next, "the source is quiet", false, DestinationEvent.Plain.QUIET);
    }
    if (!destination.linked()) {
      tell(next, "the source did not come back", false, DestinationEvent.Plain.EXPIRED);
    } else {
      with(destination.linked(false))
          .tell(next, "the destination loses its link", false, DestinationEvent.Plain.LOST);
    }
  }

  private void tell(Next next, String what, boolean fault, DestinationEvent event) {
    DestinationStep step = Objects.requireNonNull(destination.step());
    doDestination(what, fault, DestinationRules.on(step, event), next);
  }

  private void doDestination(String what, boolean fault, List<DestinationDeed> deeds, Next next) {
    if (deeds.isEmpty()) {
      next.follows(what, fault, this);
      return;
    }
    next.follows(what + ", and the destination dies before " + deeds, true, destinationDead());
    DestinationDeed deed = deeds.getFirst();
    List<DestinationDeed> rest = deeds.subList(1, deeds.size());
    switch (deed) {
      case DestinationDeed.Write(DestinationStep step) -> {
        with(destination.written(step)).doDestination(what, fault, rest, next);
        with(destination.step(step))
            .doDestination(
                what + ", but " + step + " cannot be written",
                true,
                DestinationRules.on(step, new DestinationEvent.Unwritten(step)),
                next);
      }
      case DestinationDeed.Plain.ASK -> {
        boolean owns = registry == Registry.NONE || registry == Registry.DESTINATION;
        DestinationStep step = Objects.requireNonNull(destination.step());
        List<DestinationDeed> notYet = DestinationRules.on(step, DestinationEvent.Plain.NOT_OWNED);
        doDestination(what, fault, owns ? rest : notYet, next);
        if (registry == Registry.DESTINATION) {
          doDestination(what + ", but the registry does not answer", true, notYet, next);
        }
      }
      case DestinationDeed.Plain.RUN -> {
        DestinationStep step = Objects.requireNonNull(destination.step());
        if (source.copy() == Copy.RUNNABLE) {
          throw new AssertionError("the destination runs what the source can run: " + this);
        }
        if (registry == Registry.SOURCE || registry == Registry.GRANTING) {
          throw new AssertionError("the destination runs what it does not own: " + this);
        }
        HandOverWorld finished = with(destination.copy(Copy.RUNNABLE));
        next.follows(
            what + ", and the destination dies after RECEIVE_FINISH",
            true,
            finished.destinationDead());
        if (step == DestinationStep.RUNNING) {
          finished.with(finished.destination.runs(true)).doDestination(what, fault, rest, next);
        } else {
          finished
              .with(finished.destination.runs(true))
              .doDestination(
                  what, fault, DestinationRules.on(step, DestinationEvent.Plain.RAN), next);
          doDestination(
              what + ", but the guest cannot be run",
              true,
              DestinationRules.on(step, DestinationEvent.Plain.NOT_RUN),
              next);
        }
      }
      case DestinationDeed.Plain.TEAR_DOWN ->
          with(destination.copy(Copy.ABSENT).runs(false)).doDestination(what, fault, rest, next);
      case DestinationDeed.Plain.SAY_PREPARED ->
          fromDestination(Word.PREPARED).doDestination(what, fault, rest, next);
      case DestinationDeed.Plain.SAY_RUNNING ->
          fromDestination(Word.RUNNING).doDestination(what, fault, rest, next);
      case DestinationDeed.Plain.SAY_ABORT ->
          fromDestination(Word.ABORT).doDestination(what, fault, rest, next);
      case DestinationDeed.Plain.SAY_STANDING ->
          fromDestination(
                  Word.standing(DestinationRules.place(Objects.requireNonNull(destination.step()))))
              .doDestination(what, fault, rest, next);
    }
  }

  private HandOverWorld destinationDead() {
    return with(destination.step(null).up(false).runs(false).linked(false));
  }

  private void crashOfDestination(Next next) {
    next.follows("the destination dies", true, destinationDead());
  }

  private void restartDestination(Next next) {
    DestinationStep journal = destination.journal();
    HandOverWorld up = with(destination.up(true).step(journal));
    if (journal == null) {
      // A guest of which the journal knows nothing was being received.
      next.follows(
          "the destination starts again", false, up.with(up.destination.copy(Copy.ABSENT)));
    } else {
      up.doDestination(
          "the destination starts again",
          false,
          DestinationRules.recover(journal, destination.copy()),
          next);
    }
  }

  private void deliverToDestination(Next next) {
    if (!destination.linked()) {
      return;
    }
    for (int i = 0; i < toDestination.size(); i++) {
      Word word = toDestination.get(i);
      HandOverWorld taken = with(without(toDestination, i), toSource);
      String what = "the destination hears " + word;
      taken.hearAtDestination(what, i > 0, word, next);
      hearAtDestination(what + ", which comes again", true, word, next);
      next.follows(word + " is lost", true, taken);
    }
  }

  private void hearAtDestination(String what, boolean fault, Word word, Next next) {
    DestinationStep step = destination.step();
    if (step == null) {
      strange(what, fault, word, next);
      return;
    }
    Consumer<DestinationEvent> hear =
        event -> doDestination(what, fault, DestinationRules.on(step, event), next);
    switch (word) {
      case GUEST -> next.follows(what, fault, this);
      case RESUME -> hear.accept(DestinationEvent.Plain.RESUME);
      case PREPARE -> hear.accept(DestinationEvent.Plain.WHOLE);
      case COMMIT -> hear.accept(DestinationEvent.Plain.COMMIT);
      case ABORT -> hear.accept(DestinationEvent.Plain.ABORT);
      default -> throw new AssertionError("no source says " + word);
    }
  }

  /** A destination that knows no such move. */
  private void strange(String what, boolean fault, Word word, Next next) {
    switch (word) {
      case GUEST -> {
        HandOverWorld begun = with(destination.copy(Copy.RECEIVING));
        begun.doDestination(
            what, fault, List.of(new DestinationDeed.Write(DestinationStep.RECEIVING)), next);
      }
      case RESUME -> next.follows(what, fault, fromDestination(Word.standing(Place.UNKNOWN)));
      default -> next.follows(what, fault, this);
    }
  }

  /** Whatever is on its way is gone; each side learns of it when it does. */
  private void theLinkFails(Next next) {
    if (!toDestination.isEmpty() || !toSource.isEmpty()) {
      next.follows("what is on its way is lost", true, with(List.of(), List.of()));
    }
  }

  /** A new connection takes the place of the old one on both sides. */
  private void connect(Next next) {
    if (source.isUp() && source.connects() && destination.isUp()) {
      next.follows(
          "the source reaches the destination again",
          false,
          new HandOverWorld(
              source.link(true, false),
              destination.linked(true),
              List.of(Word.RESUME),
              List.of(),
              registry,
              capacity));
    }
  }
}
