package org.postage.embedded.wire;

import com.rabbitmq.client.impl.ValueReader;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;

/** What a client logs in with. */
final class Credentials {
  private final String user;
  private final String password;

  private Credentials(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /** SASL PLAIN: authorization, a zero, user, a zero, password. */
  static Credentials plain(byte[] response) throws IOException {
    String[] parts = new String(response, StandardCharsets.UTF_8).split("\0", -1);
    if (parts.length != 3) {
      throw new Handshake.HandshakeException(
          "PLAIN response: " + parts.length + " parts (expected: 3, with a zero between them)");
    }
    return new Credentials(parts[1], parts[2]);
  }

  /** A table without its length, which has LOGIN and PASSWORD. */
  static Credentials amqplain(byte[] response) throws IOException {
    byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(response.length).array();
    DataInputStream table =
        new DataInputStream(
            new ByteArrayInputStream(
                ByteBuffer.allocate(length.length + response.length)
                    .put(length)
                    .put(response)
                    .array()));
    Map<String, Object> entries;
    try {
      entries = new ValueReader(table).readTable();
    } catch (IOException | RuntimeException unreadable) {
      throw new Handshake.HandshakeException(
          "AMQPLAIN response: no table (expected: LOGIN and PASSWORD)");
    }
    Object login = entries.get("LOGIN");
    Object password = entries.get("PASSWORD");
    if (login == null || password == null) {
      throw new Handshake.HandshakeException(
          "AMQPLAIN response: " + entries.keySet() + " (expected: LOGIN and PASSWORD)");
    }
    return new Credentials(login.toString(), password.toString());
  }

  String user() {
    return user;
  }

  boolean are(String rightUser, String rightPassword) {
    return user.equals(rightUser)
        && MessageDigest.isEqual(
            password.getBytes(StandardCharsets.UTF_8),
            rightPassword.getBytes(StandardCharsets.UTF_8));
  }
}
