package dev.sealift.cli.run;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Signals that would end this process and are meant for the program that it runs.
 *
 * <p>At a terminal a signal of the keyboard comes to both, so an interrupt is not passed on there.
 */
final class PassedOnSignals {
  private static final String INTERRUPT = "INT";
  private static final List<String> ENDING = List.of("HUP", "TERM");

  private PassedOnSignals() {}

  /**
   * From here on this process outlives the signals.
   *
   * @param atTerminal whether the program has its input from a terminal
   * @param receiver is told the number of each that is to be passed on
   */
  static void to(IntConsumer receiver, boolean atTerminal) {
    IntConsumer interrupted = atTerminal ? number -> {} : receiver;
    handle(INTERRUPT, interrupted);
    ENDING.forEach(name -> handle(name, receiver));
  }

  /**
   * Signal.handle(new Signal(name), handler). By name, since javac warns of the type wherever it
   * stands, and no annotation tells it not to; the module jdk.unsupported exports it all the same.
   */
  private static void handle(String name, IntConsumer receiver) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method number = signal.getMethod("getNumber");
      InvocationHandler handling = (proxy, method, arguments) -> {
        if (method.getDeclaringClass() == Object.class) {
          return method.invoke(receiver, arguments);
        }
        receiver.accept((int) number.invoke(arguments[0]));
        return null;
      };
      Object passingOn =
          Proxy.newProxyInstance(
              PassedOnSignals.class.getClassLoader(), new Class<?>[] {handler}, handling);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), passingOn);
    } catch (ReflectiveOperationException absent) {
      throw new IllegalStateException("this Java does not let signals be handled", absent);
    }
  }
}
