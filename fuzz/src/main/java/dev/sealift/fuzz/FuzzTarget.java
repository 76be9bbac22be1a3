package dev.sealift.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Something that reads bytes from outside, and what it promises of any bytes: it makes a value of
 * them or refuses them by an exception of its own with a sentence, and allocates no more than it
 * says.
 *
 * @param name names its corpus: small letters and hyphens
 * @param reading what is to be done with the bytes
 * @param refusals the exceptions by which it refuses
 * @param mostAllocated bytes of the heap that one input may take, garbage included
 * @param mostBytes bytes of the longest input that is tried
 * @param samples sound inputs and what to call them; the files of the corpus are written from them
 * @param words texts that mean something to the reader, for inputs made by chance
 */
public record FuzzTarget(
    String name,
    Reading reading,
    Set<Class<? extends Exception>> refusals,
    long mostAllocated,
    int mostBytes,
    Samples samples,
    List<String> words) {

  private static final long MOST_ALLOCATED = 1 << 20;
  private static final int MOST_BYTES = 1 << 16;

  /** Reads an input. */
  public interface Reading {
    /** Throws an {@link AssertionError} where a value was read and is not what it should be. */
    void read(byte[] input) throws Exception;
  }

  /** Makes sound inputs; called only when the corpus is written. */
  public interface Samples {
    /** Adds each under a name of its own. */
    void addTo(Map<String, byte[]> samples) throws Exception;
  }

  public FuzzTarget {
    refusals = Set.copyOf(refusals);
    words = List.copyOf(words);
  }

  /** A target that refuses nothing, allocates 1 MiB at most and is tried with up to 64 KiB. */
  public static FuzzTarget of(String name, Reading reading) {
    return new FuzzTarget(name, reading, Set.of(), MOST_ALLOCATED, MOST_BYTES, _ -> {}, List.of());
  }

  /** This target, which refuses by this exception, too. */
  public FuzzTarget refusing(Class<? extends Exception> kind) {
    Set<Class<? extends Exception>> all = new HashSet<>(refusals);
    all.add(kind);
    return new FuzzTarget(name, reading, all, mostAllocated, mostBytes, samples, words);
  }

  /** This target with another limit to what an input may allocate, in bytes. */
  public FuzzTarget allocating(long most) {
    return new FuzzTarget(name, reading, refusals, most, mostBytes, samples, words);
  }

  /** This target with another limit to the length of inputs, in bytes. */
  public FuzzTarget upTo(int most) {
    return new FuzzTarget(name, reading, refusals, mostAllocated, most, samples, words);
  }

  /** This target with its sound inputs. */
  public FuzzTarget sampled(Samples made) {
    return new FuzzTarget(name, reading, refusals, mostAllocated, mostBytes, made, words);
  }

  /** This target with texts that its inputs are made of. */
  public FuzzTarget speaking(String... texts) {
    return new FuzzTarget(
        name, reading, refusals, mostAllocated, mostBytes, samples, List.of(texts));
  }

  /** The sound inputs by their names. */
  Map<String, byte[]> makeSamples() throws Exception {
    Map<String, byte[]> made = new TreeMap<>();
    samples.addTo(made);
    return made;
  }

  /** The words as bytes. */
  List<byte[]> wordBytes() {
    return words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }
}
