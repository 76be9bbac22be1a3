package dev.sealift.cli.demo;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sealift.cli.Failure;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.process.ProcessEvent;
import dev.sealift.migration.trust.Verdict;
import org.jspecify.annotations.Nullable;

/** What a host process tells the demonstration, one JSON object a line on its standard output. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
  @JsonSubTypes.Type(value = HostEvent.Prepared.class, name = "prepared"),
  @JsonSubTypes.Type(value = HostEvent.Measured.class, name = "measured"),
  @JsonSubTypes.Type(value = HostEvent.Running.class, name = "running"),
  @JsonSubTypes.Type(value = HostEvent.RoundEnded.class, name = "round"),
  @JsonSubTypes.Type(value = HostEvent.Step.class, name = "step"),
  @JsonSubTypes.Type(value = HostEvent.Judged.class, name = "judged"),
  @JsonSubTypes.Type(value = HostEvent.Moved.class, name = "moved"),
  @JsonSubTypes.Type(value = HostEvent.Stayed.class, name = "stayed"),
  @JsonSubTypes.Type(value = HostEvent.Arrived.class, name = "arrived"),
  @JsonSubTypes.Type(value = HostEvent.Proved.class, name = "proved"),
  @JsonSubTypes.Type(value = HostEvent.Failed.class, name = "failed")
})
sealed interface HostEvent extends ProcessEvent {

  /**
   * The platform is up.
   *
   * @param pdh the platform's PDH certificate
   * @param apiMajor the firmware's API version
   * @param port where a destination listens; zero at a source
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a message
  record Prepared(long pid, byte[] pdh, int apiMajor, int apiMinor, int build, int port)
      implements HostEvent {}

  /**
   * The guest is launched and measured.
   *
   * @param measurement 48 bytes: MAC and nonce
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a message
  record Measured(byte[] measurement) implements HostEvent {}

  /** The guest runs. */
  record Running() implements HostEvent {}

  /** A round of the move is over. */
  record RoundEnded(int number, DemoReport.Round round) implements HostEvent {}

  /** A step of the hand-over, in words. */
  record Step(String words) implements HostEvent {}

  /** A host held the other's platform against its policy. */
  record Judged(Verdict verdict) implements HostEvent {}

  /**
   * The guest runs at the destination.
   *
   * @param receipt proves the move; null where there is none
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a message
  record Moved(DemoReport.Move move, long stepsAtStop, byte @Nullable [] receipt)
      implements HostEvent {}

  /**
   * The guest did not move.
   *
   * @param more the command line that says more of the reason; null where there is none
   */
  record Stayed(String reason, @Nullable String more, boolean running) implements HostEvent {}

  /** Destination: the guest arrived and runs. */
  record Arrived() implements HostEvent {}

  /** Destination: what the comparison found. */
  record Proved(long pagesCompared, long mismatches, long steps) implements HostEvent {}

  /**
   * The host cannot go on.
   *
   * @param more the command line that says more of it; null where there is none
   */
  record Failed(String sentence, @Nullable String more) implements HostEvent {
    static Failed because(Throwable problem) {
      return new Failed(Failure.sentence(problem), More.of(problem).orElse(null));
    }

    @Override
    public String failure() {
      return sentence;
    }
  }
}
