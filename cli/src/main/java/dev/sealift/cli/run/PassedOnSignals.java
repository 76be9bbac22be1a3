package dev.sealift.cli.run;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Signals that would end this process and are meant for the program that it runs, until this is
 * closed.
 *
 * <p>The terminal sends an interrupt to all of its foreground job, so there it is not passed on.
 *
 * <p>The type for this, sun.misc.Signal, is used by name: javac warns of it wherever it stands, and
 * no annotation tells it not to. The module jdk.unsupported exports it all the same.
 */
public final class PassedOnSignals implements AutoCloseable {
  /** What handled each signal before. */
  private final Map<Object, Object> before = new LinkedHashMap<>();

  private final Class<?> handlerType;
  private final Class<?> signalType;
  private final Method handle;
  private final Method number;

  private PassedOnSignals() throws ReflectiveOperationException {
    handlerType = Class.forName("sun.misc.SignalHandler");
    signalType = Class.forName("sun.misc.Signal");
    handle = signalType.getMethod("handle", signalType, handlerType);
    number = signalType.getMethod("getNumber");
  }

  /**
   * From here on this process outlives the signals.
   *
   * @param receiver is told the number of each that is to be passed on
   */
  public static PassedOnSignals to(IntConsumer receiver) {
    return take(
        interrupt -> {
          if (!TerminalJob.ofThisProcess().isForeground()) {
            receiver.accept(interrupt);
          }
        },
        receiver);
  }

  /** The same, with the terminal's interrupts: for a process that runs no other. */
  public static PassedOnSignals all(IntConsumer receiver) {
    return take(receiver, receiver);
  }

  private static PassedOnSignals take(IntConsumer interrupts, IntConsumer receiver) {
    try {
      PassedOnSignals signals = new PassedOnSignals();
      signals.take("INT", interrupts);
      signals.take("HUP", receiver);
      signals.take("TERM", receiver);
      return signals;
    } catch (ReflectiveOperationException absent) {
      throw new IllegalStateException("this Java does not let signals be handled", absent);
    }
  }

  private void take(String name, IntConsumer receiver) throws ReflectiveOperationException {
    InvocationHandler handling =
        (proxy, method, arguments) -> {
          if (method.getDeclaringClass() == Object.class) {
            return method.invoke(receiver, arguments);
          }
          receiver.accept((int) number.invoke(arguments[0]));
          return null;
        };
    Object handler =
        Proxy.newProxyInstance(
            PassedOnSignals.class.getClassLoader(), new Class<?>[] {handlerType}, handling);
    Object signal = signalType.getConstructor(String.class).newInstance(name);
    before.put(signal, handle.invoke(null, signal, handler));
  }

  /** The signals do again what they did before. */
  @Override
  public void close() {
    before.forEach((signal, handler) -> {
      try {
        handle.invoke(null, signal, handler);
      } catch (ReflectiveOperationException refused) {
        throw new IllegalStateException("a signal's handler cannot be put back", refused);
      }
    });
  }
}
