package dev.sealift.firmware;

import dev.sealift.crypto.cert.AmdCertificate;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A platform on disk: its chip, and who it is. Give the same directory to two processors, one after
 * the other, and they are one platform, restarted.
 *
 * <pre>
 *   chip.key      the chip, {@link ChipFile}: 320 bytes
 *   cek.cert      the chip's certificate, signed by its maker: 2084 bytes
 *   ask-ark.cert  ASK and ARK of its maker, one behind the other
 *   identity      OCA, PEK, PDH and owner, {@link SealedIdentity}: 6425 bytes
 *   lock          empty; locked while the platform is on
 * </pre>
 *
 * <p>All are their owner's alone. The first three never change. A changed identity takes the place
 * of the one before in one step, so that a power failure leaves the one or the other. Whoever can
 * read the directory owns the platform, and whoever can write it can bring an older identity back.
 *
 * <p>A file that is missing or not as it was written makes the store damaged: INIT answers
 * SECURE_DATA_INVALID, and nothing in the directory changes from then on. Thread-safe.
 */
public final class StateDirectory implements PlatformStore, AutoCloseable {
  private static final String CHIP = "chip.key";
  private static final String CEK = "cek.cert";
  private static final String AMD = "ask-ark.cert";
  private static final String IDENTITY = "identity";
  private static final String LOCK = "lock";

  /** What a maker delivers, in the order in which it is put in place. */
  private static final List<String> DELIVERED = List.of(CHIP, CEK, AMD, IDENTITY);

  /** Where a delivery is put together, and an identity before it takes the old one's place. */
  private static final String NEW = "new";

  private static final String NEW_IDENTITY = "identity.new";

  /** Two keys of 4096 bits. */
  private static final int AMD_LIMIT = 3200;

  private final Path directory;
  private final Disk disk;
  private final DirectoryLock lock;
  private final Delivery delivery;
  private boolean closed;

  /** What was there when the platform was switched on, and stays. */
  private record Delivery(
      ChipKeys chip, SevCertificate cek, AmdCertificate ask, AmdCertificate ark) {}

  /** Another process has the platform on. */
  public static final class InUseException extends IOException {
    private static final long serialVersionUID = 1;

    InUseException(Path directory) {
      super("the platform in " + directory + " is on in another process");
    }
  }

  private StateDirectory(Path directory, Disk disk, DirectoryLock lock, Delivery delivery) {
    this.directory = directory;
    this.disk = disk;
    this.lock = lock;
    this.delivery = delivery;
  }

  /**
   * Whether there is no platform yet: the directory is missing, or empty, or the making of a
   * platform in it was cut short.
   *
   * @throws NotDirectoryException if it is something else
   * @throws IOException if it cannot be read
   */
  public static boolean isNew(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return true;
    }
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .allMatch(name -> name.equals(LOCK) || name.equals(NEW));
    }
  }

  /**
   * Makes a chip whose maker is a model root, and switches its platform on.
   *
   * @param directory {@linkplain #isNew new}; its parent exists
   * @throws IOException if there is something in it already, or if it cannot be written; nothing is
   *     then there that counts as a platform
   */
  public static StateDirectory create(Path directory, ModelRoot maker, SecureRandom random)
      throws IOException {
    create(directory, maker, random, Disk.LOCAL);
    return open(directory);
  }

  static void create(Path directory, ModelRoot maker, SecureRandom random, Disk disk)
      throws IOException {
    if (Files.notExists(directory)) {
      disk.makeDirectory(directory);
      disk.sync(directory.resolve(".."));
    }
    refuseOthers(directory);
    Path lockFile = directory.resolve(LOCK);
    if (Files.notExists(lockFile)) {
      disk.write(lockFile, new byte[0]);
    }
    try (DirectoryLock _ = DirectoryLock.take(directory, LOCK)) {
      refuseOthers(directory);
      Files.setPosixFilePermissions(directory, Disk.OWNER_ONLY);
      putTogether(emptied(directory.resolve(NEW), disk), maker, random, disk);
      deliver(directory, disk);
    }
  }

  private static void refuseOthers(Path directory) throws IOException {
    if (!isNew(directory)) {
      throw new IOException(directory + " holds something already");
    }
  }

  private static Path emptied(Path place, Disk disk) throws IOException {
    for (String name : DELIVERED) {
      disk.delete(place.resolve(name));
    }
    disk.delete(place);
    disk.makeDirectory(place);
    return place;
  }

  private static void putTogether(Path place, ModelRoot maker, SecureRandom random, Disk disk)
      throws IOException {
    ChipKeys chip = ChipKeys.generate(random);
    byte[] cek =
        maker
            .sign(
                SevCertificate.unsigned(
                    Usage.CEK,
                    Algorithm.ECDSA_SHA256,
                    FirmwareProfile.DEFAULT.api(),
                    chip.cekPublic()))
            .bytes();
    byte[] amd = maker.amdCertificates();
    byte[] keys = new ChipFile(chip, ChipFile.hash(cek), ChipFile.hash(amd)).encode();
    try {
      disk.write(place.resolve(CHIP), keys);
    } finally {
      Arrays.fill(keys, (byte) 0);
    }
    disk.write(place.resolve(CEK), cek);
    disk.write(place.resolve(AMD), amd);
    disk.write(place.resolve(IDENTITY), SealedIdentity.seal(Optional.empty(), chip));
    disk.sync(place);
  }

  /** Puts in place what is not there yet: the first file decides that there is a platform. */
  private static void deliver(Path directory, Disk disk) throws IOException {
    Path place = directory.resolve(NEW);
    for (String name : DELIVERED) {
      if (Files.exists(place.resolve(name)) && Files.notExists(directory.resolve(name))) {
        disk.rename(place.resolve(name), directory.resolve(name));
      }
    }
    disk.sync(directory);
    clear(place, disk);
  }

  /** Removes what a power failure left; what somebody else put there stays. */
  private static void clear(Path leftover, Disk disk) throws IOException {
    try {
      disk.delete(leftover);
    } catch (DirectoryNotEmptyException e) {
      // It is in nobody's way: a platform never reads it.
    }
  }

  /**
   * Switches the platform in a directory on.
   *
   * @throws NoSuchFileException if it is {@linkplain #isNew new}
   * @throws DamagedStoreException if a file is missing or not as it was written: nothing was
   *     changed
   * @throws InUseException if it is on already
   * @throws IOException if there are other things in it and no platform, or if the files cannot be
   *     read
   */
  public static StateDirectory open(Path directory) throws IOException {
    return open(directory, Disk.LOCAL);
  }

  static StateDirectory open(Path directory, Disk disk) throws IOException {
    if (isNew(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "there is no platform in it");
    }
    Path lockFile = directory.resolve(LOCK);
    if (Files.notExists(lockFile)
        && DELIVERED.stream().allMatch(name -> Files.notExists(directory.resolve(name)))) {
      throw new IOException(directory + " holds other things and no platform");
    }
    read(lockFile, 0, 0);
    DirectoryLock lock = DirectoryLock.take(directory, LOCK);
    try {
      if (Files.isDirectory(directory.resolve(NEW))) {
        deliver(directory, disk);
      }
      StateDirectory state = new StateDirectory(directory, disk, lock, readDelivery(directory));
      state.load();
      clear(directory.resolve(NEW_IDENTITY), disk);
      return state;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** The chip, for the processor. */
  public ChipKeys chip() {
    return delivery.chip;
  }

  /** The chip's certificate with its maker's signature. */
  public SevCertificate cek() {
    return delivery.cek;
  }

  /** ASK and ARK of the chip's maker, one behind the other, as SEND_START takes them. */
  public byte[] amdCertificates() {
    byte[] ask = delivery.ask.bytes();
    byte[] ark = delivery.ark.bytes();
    byte[] joined = Arrays.copyOf(ask, ask.length + ark.length);
    System.arraycopy(ark, 0, joined, ask.length, ark.length);
    return joined;
  }

  /** The ARK of the chip's maker. */
  public AmdCertificate ark() {
    return delivery.ark;
  }

  /** The root that the chip's maker is, and that the processor believes in. */
  public RootOfTrust root() {
    return ModelRoot.root(delivery.ark);
  }

  @Override
  public synchronized Optional<PlatformIdentity> load() throws IOException {
    if (closed) {
      throw new IOException("the platform in " + directory + " was switched off");
    }
    Delivery there = readDelivery(directory);
    boolean same =
        there.cek.equals(delivery.cek)
            && there.ask.equals(delivery.ask)
            && there.ark.equals(delivery.ark)
            && Arrays.equals(there.chip.id(), delivery.chip.id());
    if (!same) {
      throw new DamagedStoreException(directory + " holds another chip's files by now");
    }
    Path file = directory.resolve(IDENTITY);
    byte[] sealed = read(file, SealedIdentity.SIZE, SealedIdentity.SIZE);
    try {
      return SealedIdentity.open(sealed, delivery.chip);
    } catch (DamagedStoreException e) {
      throw new DamagedStoreException(file + " was changed, or is another chip's");
    }
  }

  @Override
  public void save(PlatformIdentity identity) throws IOException {
    replace(Optional.of(identity));
  }

  /** Forgets the identity; the chip stays. */
  @Override
  public void erase() throws IOException {
    replace(Optional.empty());
  }

  private synchronized void replace(Optional<PlatformIdentity> identity) throws IOException {
    // What was damaged meanwhile is left as it is.
    load();
    Path fresh = directory.resolve(NEW_IDENTITY);
    try {
      disk.write(fresh, SealedIdentity.seal(identity, delivery.chip));
      disk.rename(fresh, directory.resolve(IDENTITY));
      disk.sync(directory);
    } catch (IOException e) {
      disk.delete(fresh);
      throw e;
    }
  }

  /** Switches the platform off: another process may have it. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    lock.close();
  }

  private static Delivery readDelivery(Path directory) throws IOException {
    Path chipFile = directory.resolve(CHIP);
    byte[] keys = read(chipFile, ChipFile.SIZE, ChipFile.SIZE);
    ChipFile chip;
    try {
      chip = ChipFile.decode(keys);
    } catch (DamagedStoreException e) {
      throw new DamagedStoreException(chipFile + " was changed");
    } finally {
      Arrays.fill(keys, (byte) 0);
    }
    byte[] cek = unchanged(directory.resolve(CEK), SevCertificate.SIZE, chip.cekHash());
    byte[] amd = unchanged(directory.resolve(AMD), AMD_LIMIT, chip.amdHash());
    try {
      List<AmdCertificate> askThenArk = AmdCertificate.parseChain(amd);
      return new Delivery(
          chip.keys(), SevCertificate.parse(cek), askThenArk.getFirst(), askThenArk.getLast());
    } catch (MalformedCertificateException e) {
      throw new DamagedStoreException(directory + " holds no certificates: " + e.getMessage());
    }
  }

  private static byte[] unchanged(Path file, int mostBytes, byte[] hash) throws IOException {
    byte[] bytes = read(file, 0, mostBytes);
    if (!Arrays.equals(ChipFile.hash(bytes), hash)) {
      throw new DamagedStoreException(file + " was changed, or is another chip's");
    }
    return bytes;
  }

  private static byte[] read(Path file, int fewestBytes, int mostBytes) throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new DamagedStoreException(file + " is missing");
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new DamagedStoreException(file + " is not a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(mostBytes + 1);
      if (bytes.length < fewestBytes || bytes.length > mostBytes) {
        throw new DamagedStoreException(
            file + " is too " + (bytes.length > mostBytes ? "long" : "short"));
      }
      return bytes;
    }
  }
}
