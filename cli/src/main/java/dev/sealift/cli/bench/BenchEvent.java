package dev.sealift.cli.bench;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sealift.cli.Failure;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.process.ProcessEvent;
import org.jspecify.annotations.Nullable;

/** What a host process tells the bench, one JSON object a line on its standard output. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BenchEvent.Prepared.class, name = "prepared"),
  @JsonSubTypes.Type(value = BenchEvent.Launched.class, name = "launched"),
  @JsonSubTypes.Type(value = BenchEvent.Moved.class, name = "moved"),
  @JsonSubTypes.Type(value = BenchEvent.Arrived.class, name = "arrived"),
  @JsonSubTypes.Type(value = BenchEvent.Failed.class, name = "failed")
})
sealed interface BenchEvent extends ProcessEvent {

  /**
   * The platform is up.
   *
   * @param port where a destination listens; zero at a source
   */
  record Prepared(int port) implements BenchEvent {}

  /** Source: the guest runs. */
  record Launched() implements BenchEvent {}

  /**
   * Source: the guest runs at the destination, and is ended here.
   *
   * @param engine the packet engine that the host uses from here on
   */
  record Moved(MoveFigures figures, ProcessUsage usage, String engine) implements BenchEvent {}

  /**
   * Destination: the guest arrived, and is ended.
   *
   * @param engine the packet engine that the host uses from here on
   */
  record Arrived(ProcessUsage usage, String engine) implements BenchEvent {}

  /**
   * The host cannot go on.
   *
   * @param more the command line that says more of it; null where there is none
   */
  record Failed(String sentence, @Nullable String more) implements BenchEvent {
    static Failed because(Throwable problem) {
      return new Failed(Failure.sentence(problem), More.of(problem).orElse(null));
    }

    @Override
    public String failure() {
      return sentence;
    }
  }
}
