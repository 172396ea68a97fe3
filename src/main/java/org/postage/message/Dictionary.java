package org.postage.message;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary that nobody can change, in the order in which it was written. Values may be null.
 *
 * <p>Messages keep theirs in this form, so that a copy of a copy costs nothing. It takes a quarter
 * of a hash map's memory, which most dictionaries of messages are too small for. Thread-safe, as
 * far as its values are.
 */
public class Dictionary extends AbstractMap<String, @Nullable Object> {
  private static final Dictionary EMPTY = new Dictionary();
  // So many keys are compared sooner than hashed.
  private static final int FEW = 8;

  // A key, its value, the next key, its value.
  private final @Nullable Object[] pairs;
  private volatile @Nullable Map<String, @Nullable Object> index;

  /**
   * Takes keys and values in turn, each key once. The array is not copied.
   *
   * @throws IllegalArgumentException if the last key has no value
   */
  protected Dictionary(@Nullable Object... pairs) {
    if (pairs.length % 2 != 0) {
      throw new IllegalArgumentException(
          pairs.length + " keys and values (expected: an even number)");
    }
    this.pairs = pairs;
  }

  /** This map as it is now; the map itself where it is a dictionary already. */
  public static Dictionary copyOf(Map<String, ? extends @Nullable Object> map) {
    if (map instanceof Dictionary dictionary) {
      return dictionary;
    } else if (map.isEmpty()) {
      return EMPTY;
    }
    @Nullable Object[] pairs = new @Nullable Object[2 * map.size()];
    int i = 0;
    for (Map.Entry<String, ? extends @Nullable Object> entry : map.entrySet()) {
      pairs[i++] = entry.getKey();
      pairs[i++] = entry.getValue();
    }
    return new Dictionary(pairs);
  }

  /** One key and its value. */
  public static Dictionary of(String key, @Nullable Object value) {
    return new Dictionary(key, value);
  }

  /** Keys and values in turn, each key once; the array is not copied. */
  static Dictionary ofPairs(@Nullable Object... pairs) {
    return new Dictionary(pairs);
  }

  /** The key at this position, from 0 on. */
  public final String key(int position) {
    return key(pairs(), 2 * position);
  }

  /** The value at this position, from 0 on. */
  public final @Nullable Object value(int position) {
    return pairs()[2 * position + 1];
  }

  /** Keys and values in turn. */
  protected @Nullable Object[] pairs() {
    return pairs;
  }

  @Override
  public int size() {
    return pairs().length / 2;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    @Nullable Object[] all = pairs();
    return all.length <= 2 * FEW ? position(all, key) >= 0 : index(all).containsKey(key);
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    @Nullable Object[] all = pairs();
    if (all.length > 2 * FEW) {
      return index(all).get(key);
    }
    int position = position(all, key);
    return position < 0 ? null : all[position + 1];
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super @Nullable Object> action) {
    @Nullable Object[] all = pairs();
    for (int i = 0; i < all.length; i += 2) {
      action.accept(key(all, i), all[i + 1]);
    }
  }

  // The inherited one does nothing where there is nothing.
  @Override
  public void clear() {
    throw new UnsupportedOperationException("a message's dictionary can't be changed");
  }

  @Override
  public Set<Entry<String, @Nullable Object>> entrySet() {
    return new Entries(pairs());
  }

  private static int position(@Nullable Object[] all, @Nullable Object key) {
    for (int i = 0; i < all.length; i += 2) {
      if (key(all, i).equals(key)) {
        return i;
      }
    }
    return -1;
  }

  private Map<String, @Nullable Object> index(@Nullable Object[] all) {
    Map<String, @Nullable Object> known = index;
    if (known == null) {
      known = new HashMap<>(all.length);
      for (int i = 0; i < all.length; i += 2) {
        known.put(key(all, i), all[i + 1]);
      }
      index = known;
    }
    return known;
  }

  private static String key(@Nullable Object[] all, int i) {
    return String.valueOf(all[i]);
  }

  private static final class Entries extends AbstractSet<Entry<String, @Nullable Object>> {
    private final @Nullable Object[] all;

    Entries(@Nullable Object[] all) {
      this.all = all;
    }

    @Override
    public int size() {
      return all.length / 2;
    }

    @Override
    public Iterator<Entry<String, @Nullable Object>> iterator() {
      return new Iterator<>() {
        private int next;

        @Override
        public boolean hasNext() {
          return next < all.length;
        }

        @Override
        public Entry<String, @Nullable Object> next() {
          if (!hasNext()) {
            throw new NoSuchElementException();
          }
          next += 2;
          return new SimpleImmutableEntry<>(key(all, next - 2), all[next - 1]);
        }
      };
    }
  }
}
