package org.postage.testing;

/** AssertJ assertions for what was sent. */
public final class PostageAssertions {
  private PostageAssertions() {}

  /** On everything that was sent. */
  public static SentMessagesAssert assertThat(SentMessages sent) {
    return new SentMessagesAssert(sent);
  }
}
