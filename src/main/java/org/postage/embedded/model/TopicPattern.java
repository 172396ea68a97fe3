package org.postage.embedded.model;

import java.util.List;

/**
 * A topic exchange's binding key: words between dots, {@code *} for one, {@code #} for none or
 * more.
 */
record TopicPattern(List<String> words) {
  static TopicPattern of(String key) {
    return new TopicPattern(split(key));
  }

  boolean matches(String routingKey) {
    List<String> key = split(routingKey);
    // reached[i]: the words so far can match the key's first i words. Linear, whatever the pattern.
    boolean[] reached = new boolean[key.size() + 1];
    reached[0] = true;
    for (String word : words) {
      reached = word.equals("#") ? andAllBehind(reached) : oneFurther(reached, word, key);
    }
    return reached[key.size()];
  }

  private static boolean[] andAllBehind(boolean[] reached) {
    boolean[] next = reached.clone();
    for (int i = 1; i < next.length; i++) {
      next[i] |= next[i - 1];
    }
    return next;
  }

  private static boolean[] oneFurther(boolean[] reached, String word, List<String> key) {
    boolean[] next = new boolean[reached.length];
    for (int i = 0; i < key.size(); i++) {
      next[i + 1] = reached[i] && (word.equals("*") || word.equals(key.get(i)));
    }
    return next;
  }

  // An empty key has no word at all, so that "#" matches it and "*" does not.
  private static List<String> split(String key) {
    return key.isEmpty() ? List.of() : List.of(key.split("\\.", -1));
  }
}
