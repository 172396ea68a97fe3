package org.postage.encoding;

import java.util.AbstractList;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** A list of a body. Nobody can change it. Thread-safe. */
final class BodyList extends AbstractList<@Nullable Object> implements BodyPart, RandomAccess {
  private static final @Nullable Object[] NONE = {};

  private final @Nullable BodySource source;
  private final int from;
  private final int to;
  // Null until somebody looks into it.
  private volatile @Nullable Object @Nullable [] values;

  BodyList(@Nullable BodySource source, int from, int to, @Nullable Object @Nullable [] values) {
    this.source = source;
    this.from = from;
    this.to = to;
    this.values = values;
  }

  @Override
  public @Nullable Object get(int index) {
    return values()[index];
  }

  @Override
  public int size() {
    return values().length;
  }

  private @Nullable Object[] values() {
    @Nullable Object[] known = values;
    if (known == null && source != null && source.read(from, to) instanceof BodyList read) {
      known = read.values();
      values = known;
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
