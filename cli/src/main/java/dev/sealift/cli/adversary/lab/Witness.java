package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.adversary.lab.WitnessProgram.Deed;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PortDevice;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A running guest that does as it is asked and says what it sees. */
public final class Witness implements AutoCloseable {
  /** The page with the guest's secret; it is in the fifth batch of a round that has all pages. */
  public static final long PAGE = 0x20;

  /** Another page with a secret, in the same batch. */
  public static final long OTHER_PAGE = 0x21;

  /** What {@link #read} answers for a page that does not hold the secret. */
  public static final int NOISE = WitnessProgram.NOISE;

  private static final long PATIENCE_SECONDS = 10;
  private static final long REST_NANOS = 200_000;

  private final Guest guest;
  private final BlockingQueue<Integer> commands = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
  private final Map<Long, Integer> written = new ConcurrentHashMap<>();

  private Witness(Guest guest) {
    this.guest = guest;
  }

  /** Stands at the ports of a guest that does not run yet. */
  static Witness of(Guest guest) {
    Witness witness = new Witness(guest);
    guest.machine().ports().attach(WitnessProgram.COMMAND_PORT, witness.new Commands());
    guest.machine().ports().attach(WitnessProgram.ANSWER_PORT, witness.new Answers());
    return witness;
  }

  private final class Commands implements PortDevice {
    @Override
    public int read() {
      Integer next = commands.poll();
      if (next == null) {
        // Leaves the processor to those who move the guest.
        LockSupport.parkNanos(REST_NANOS);
        return Deed.REST.encode(0, 0);
      }
      return next;
    }

    @Override
    public void write(int value) {}
  }

  private final class Answers implements PortDevice {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public void write(int value) {
      answers.add(value);
    }
  }

  /** The guest, as its host holds it. */
  public Guest guest() {
    return guest;
  }

  /** The guest writes its secret to a private page, in some version from 0 to 255. */
  public void write(long page, int version) throws TimeoutException, InterruptedException {
    ask(Deed.WRITE_PRIVATE, page, version);
    written.put(page, version);
  }

  /** The version of the secret that was last written to a private page here; 0 where none was. */
  public int written(long page) {
    return written.getOrDefault(page, 0);
  }

  /** The version of the secret that the guest sees in a private page, or {@link #NOISE}. */
  public int read(long page) throws TimeoutException, InterruptedException {
    return ask(Deed.READ_PRIVATE, page, 0);
  }

  /** The guest shares a page with its host, and writes the secret there for all to see. */
  public void share(long page, int version) throws TimeoutException, InterruptedException {
    ask(Deed.SHARE, page, 0);
    ask(Deed.WRITE_SHARED, page, version);
  }

  /** The version of the secret that the guest sees in a page that it shares. */
  public int readShared(long page) throws TimeoutException, InterruptedException {
    return ask(Deed.READ_SHARED, page, 0);
  }

  /** Whether bytes hold the secret of a guest, in whatever version. */
  public static boolean isSecretIn(byte[] bytes) {
    byte[] secret = WitnessProgram.SECRET;
    for (int i = 0; i <= bytes.length - secret.length; i++) {
      if (bytes[i] == secret[0]
          && Arrays.equals(bytes, i, i + secret.length, secret, 0, secret.length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the guest does what it is asked. */
  public boolean answers() throws InterruptedException {
    try {
      read(PAGE);
      return true;
    } catch (TimeoutException dead) {
      return false;
    }
  }

  private int ask(Deed deed, long page, int version) throws TimeoutException, InterruptedException {
    answers.clear();
    commands.add(deed.encode(page, version));
    Integer answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new TimeoutException("the guest did not do what it was asked: " + deed);
    }
    return answer;
  }

  /** Ends the guest. */
  @Override
  public void close() {
    guest.close();
  }
}
