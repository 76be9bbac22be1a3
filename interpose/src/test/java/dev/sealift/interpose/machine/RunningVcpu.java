package dev.sealift.interpose.machine;

import java.util.concurrent.CompletableFuture;

/** A thread of a program that stays in KVM_RUN until it is stopped. */
final class RunningVcpu {
  private static final int KICK = 40;

  private final MachineClient client;
  private final CompletableFuture<Integer> number = new CompletableFuture<>();
  private final CompletableFuture<Integer> result = new CompletableFuture<>();
  private final Thread thread;

  RunningVcpu(MachineClient client, CountingGuest guest) {
    this.client = client;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              number.complete(client.currentThread());
              result.complete(guest.enter());
            });
  }

  Thread thread() {
    return thread;
  }

  /** Sends it a signal; what KVM_RUN answers. */
  int stop() {
    client.send(number.join(), KICK);
    return result.join();
  }

  /** What KVM_RUN answers, whoever ends it. */
  int result() {
    return result.join();
  }
}
