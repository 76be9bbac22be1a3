package dev.sealift.cli.control;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.vmm.VmmException;
import java.util.function.Consumer;

/** A host as its control socket sees it. Called by many threads at a time. */
public interface Control {

  /**
   * Does what is asked.
   *
   * @param events hears what a {@link Order.Follow} tells meanwhile; throws where nobody listens
   *     any more
   * @return the answer, a record
   * @throws BadInput if the order makes no sense here
   * @throws Failure if it could not be done
   */
  Object execute(Order order, Consumer<Object> events)
      throws BadInput, Failure, VmmException, InterruptedException;
}
