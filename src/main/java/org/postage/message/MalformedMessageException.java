package org.postage.message;

/** A body was read, and what stands in it is not a message, or not what its reader can take. */
public final class MalformedMessageException extends PostageException {
  private final String path;
  private final String expected;

  /**
   * Says where, what stands there and what should.
   *
   * @param path where in the body, for example {@code $.content.type}
   * @param found what stands there, short
   * @param expected what would have been accepted
   */
  public MalformedMessageException(String path, String found, String expected) {
    super(path + ": " + SafeText.of(found) + " (expected: " + expected + ")");
    this.path = path;
    this.expected = expected;
  }

  /** As above, with the reason. */
  public MalformedMessageException(String path, String found, String expected, Throwable cause) {
    super(path + ": " + SafeText.of(found) + " (expected: " + expected + ")", cause);
    this.path = path;
    this.expected = expected;
  }

  /** Where in the body, for example {@code $.content.type}. */
  public String path() {
    return path;
  }

  /** What would have been accepted. */
  public String expected() {
    return expected;
  }
}
