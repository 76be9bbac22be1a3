package dev.sealift.interpose;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.kernel.SoftwareMachine;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A machine in software whose /dev/sev other programs use, and the threads on which they do. */
final class TestMachine {

  interface Step {
    void run() throws Exception;
  }

  private TestMachine() {}

  static SoftwareMachine powerUp() {
    return SoftwareMachine.model(
        (memory, controller) ->
            SoftwareSecureProcessor.builder()
                .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                .asids(100, 1)
                .build(memory, controller),
        PlainMemoryController::new,
        List.of());
  }

  /** Skips the test where this machine does not let programs be served. */
  static <T> T orSkip(Opening<T> opening) {
    try {
      return opening.open();
    } catch (InterposeException refused) {
      return abort(refused.getMessage());
    }
  }

  interface Opening<T> {
    T open() throws InterposeException;
  }

  /** Runs on a thread that may change its own namespace and filters. */
  static void onFreshThread(Step step) throws Throwable {
    CompletableFuture<Void> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            step.run();
            result.complete(null);
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        });
    try {
      result.join();
    } catch (CompletionException failed) {
      throw failed.getCause();
    }
  }

  /** Gives the calling thread mounts of its own, or skips the test. */
  static void hideMounts() {
    orSkip(() -> {
      ClientThread.hideMounts(Linux.open());
      return true;
    });
  }
}
