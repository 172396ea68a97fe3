package org.postage.encoding;

/**
 * How much of a body is read or written before it is refused. Checked while reading, before memory
 * is spent.
 *
 * <p>Immutable and thread-safe.
 *
 * @param maxBodyBytes bytes of a body, also of one that is written; 1 MiB unless told otherwise
 * @param maxDepth objects and lists in each other; 64
 * @param maxTokens names, values, brackets; 200,000
 * @param maxStringLength characters of a string; 524,288
 * @param maxNameLength characters of an object's key; 1,024
 * @param maxNumberLength digits of a number; 1,000
 */
public record Limits(
    int maxBodyBytes,
    int maxDepth,
    int maxTokens,
    int maxStringLength,
    int maxNameLength,
    int maxNumberLength) {
  /** The limits that hold unless told otherwise. */
  public static final Limits DEFAULT = new Limits(1 << 20, 64, 200_000, 1 << 19, 1 << 10, 1_000);

  /** Refuses what is not positive. */
  public Limits {
    positive("maxBodyBytes", maxBodyBytes);
    positive("maxDepth", maxDepth);
    positive("maxTokens", maxTokens);
    positive("maxStringLength", maxStringLength);
    positive("maxNameLength", maxNameLength);
    positive("maxNumberLength", maxNumberLength);
  }

  /** The same limits with another one for a whole body, and for the strings in it. */
  public Limits withMaxBodyBytes(int bytes) {
    return new Limits(
        bytes,
        maxDepth,
        maxTokens,
        Math.max(maxStringLength, bytes / 2),
        maxNameLength,
        maxNumberLength);
  }

  private static void positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 1 or more)");
    }
  }
}
