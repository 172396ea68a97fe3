package org.postage.handler;

import java.util.Collection;
import java.util.Map;

/** How much room headers take, at most: they have to fit one frame. */
final class HeaderSize {
  private HeaderSize() {}

  static long of(Object value) {
    if (value instanceof String text) {
      return 5 + 3L * text.length();
    } else if (value instanceof byte[] bytes) {
      return 5L + bytes.length;
    } else if (value instanceof Map<?, ?> table) {
      long size = 5;
      for (Map.Entry<?, ?> entry : table.entrySet()) {
        size += of(entry.getKey()) + of(entry.getValue());
      }
      return size;
    } else if (value instanceof Collection<?> list) {
      long size = 5;
      for (Object item : list) {
        size += of(item);
      }
      return size;
    }
    return 16;
  }
}
