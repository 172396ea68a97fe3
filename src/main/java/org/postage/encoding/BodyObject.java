package org.postage.encoding;

import org.jspecify.annotations.Nullable;
import org.postage.message.Dictionary;

/** An object of a body. Thread-safe. */
final class BodyObject extends Dictionary implements BodyPart {
  private static final @Nullable Object[] NONE = {};

  private final @Nullable BodySource source;
  private final int from;
  private final int to;
  // Null until somebody looks into it.
  private volatile @Nullable Object @Nullable [] pairs;

  BodyObject(@Nullable BodySource source, int from, int to, @Nullable Object @Nullable [] pairs) {
    super(NONE);
    this.source = source;
    this.from = from;
    this.to = to;
    this.pairs = pairs;
  }

  @Override
  protected @Nullable Object[] pairs() {
    @Nullable Object[] known = pairs;
    if (known == null && source != null && source.read(from, to) instanceof BodyObject read) {
      known = read.pairs();
      pairs = known;
    }
    return known == null ? NONE : known;
  }

  @Override
  public @Nullable BodySource source() {
    return source;
  }

  @Override
  public int from() {
    return from;
  }

  @Override
  public int to() {
    return to;
  }
}
