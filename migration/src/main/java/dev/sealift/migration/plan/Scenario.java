package dev.sealift.migration.plan;

import dev.sealift.migration.MoveOptions;

/**
 * A move that is thought of.
 *
 * @param guest what is moved
 * @param source the processor that it leaves
 * @param destination the processor that it goes to
 * @param kernel the kernels in front of the two
 * @param link the way between them
 * @param options how it is moved
 */
public record Scenario(
    GuestModel guest,
    ProcessorModel source,
    ProcessorModel destination,
    KernelModel kernel,
    LinkModel link,
    MoveOptions options) {

  Scenario with(GuestModel other) {
    return new Scenario(other, source, destination, kernel, link, options);
  }

  Scenario with(MoveOptions other) {
    return new Scenario(guest, source, destination, kernel, link, other);
  }
}
