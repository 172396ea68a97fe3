package org.postage.embedded.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** Bytes as RabbitMQ's error texts show them: as Erlang prints a binary. */
final class Octets {
  private static final int SHOWN = 16;

  private Octets() {}

  /** Such as {@code <<0,50,0,10>>}, or {@code <<"text">>} if it is text. */
  static String binary(byte[] bytes) {
    if (bytes.length > 0 && IntStream.range(0, bytes.length).allMatch(i -> printable(bytes[i]))) {
      return "<<\"" + new String(bytes, StandardCharsets.US_ASCII) + "\">>";
    }
    StringJoiner joined = new StringJoiner(",", "<<", ">>");
    for (byte octet : bytes) {
      joined.add(String.valueOf(octet & 0xFF));
    }
    return joined.toString();
  }

  /** The start of a frame's content, and whether it is all of it. */
  static String first(byte[] bytes) {
    return bytes.length <= SHOWN
        ? "all octets = " + binary(bytes)
        : "first 16 octets = " + binary(Arrays.copyOf(bytes, SHOWN));
  }

  private static boolean printable(byte octet) {
    return octet >= ' ' && octet < 127;
  }
}
