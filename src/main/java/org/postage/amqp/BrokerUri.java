package org.postage.amqp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postage.message.SafeText;

/**
 * Reads {@code amqp://user:password@host:port/vhost} and {@code amqps://...}; with several
 * addresses {@code host1:port1,host2:port2}.
 *
 * <p>Strict, since the client's own parser takes a host that it does not understand for {@code
 * localhost} and puts passwords into exceptions. Only the host has to be there. In user, password
 * and virtual host every special character is percent-encoded ({@code %2F} for a slash). No virtual
 * host, or just the slash before it, means {@code /}.
 */
public final class BrokerUri {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<scheme>amqps?)://"
              + "((?<user>[^:@/?#]+)(:(?<password>[^:@/?#]*))?@)?"
              + "(?<addresses>[A-Za-z0-9_.:,\\[\\]-]+)"
              + "(/(?<vhost>[^/?#]*))?");

  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}([/?#].*)?");

  private BrokerUri() {}

  /**
   * Reads a URI.
   *
   * @throws IllegalArgumentException if it is none; the text shows neither user nor password
   */
  public static ConnectionSettings.Builder parse(String uri) {
    ConnectionSettings.Builder settings = ConnectionSettings.builder();
    apply(uri, settings);
    return settings;
  }

  /**
   * Reads a URI over settings that there are: what it does not say stays as it is.
   *
   * @throws IllegalArgumentException if it is none, or is {@code amqp} where TLS was set; the text
   *     shows neither user nor password
   */
  public static void apply(String uri, ConnectionSettings.Builder settings) {
    Matcher parts = SYNTAX.matcher(uri);
    if (!parts.matches()) {
      throw malformed(uri);
    }
    List<BrokerAddress> addresses = new ArrayList<>();
    for (String each : parts.group("addresses").split(",", -1)) {
      addresses.add(BrokerAddress.strictly(each).orElseThrow(() -> malformed(uri)));
    }
    BrokerAddress first = addresses.get(0);
    if (addresses.size() > 1) {
      settings.addresses(addresses);
    } else {
      settings.host(first.host());
      if (first.port() != BrokerAddress.NO_PORT) {
        settings.port(first.port());
      }
    }
    if (parts.group("user") != null) {
      settings.user(decoded("user", parts.group("user")));
    }
    if (parts.group("password") != null) {
      settings.password(decoded("password", parts.group("password")));
    }
    String vhost = parts.group("vhost");
    if (vhost != null && !vhost.isEmpty()) {
      settings.vhost(decoded("virtual host", vhost));
    }
    if (parts.group("scheme").equals("amqps")) {
      settings.tlsUnlessSet();
    } else if (settings.hasTls()) {
      throw new IllegalArgumentException(
          "broker URI: '" + redacted(uri) + "' (expected: amqps, since TLS was asked for)");
    }
  }

  private static IllegalArgumentException malformed(String uri) {
    return new IllegalArgumentException(
        "broker URI: '"
            + redacted(uri)
            + "' (expected: amqp://user:password@host:port/vhost or amqps://...,"
            + " special characters percent-encoded, no options)");
  }

  private static String decoded(String what, String text) {
    byte[] from = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer to = ByteBuffer.allocate(from.length);
    for (int i = 0; i < from.length; i++) {
      if (from[i] != '%') {
        to.put(from[i]);
        continue;
      }
      int high = i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = i + 2 < from.length ? Character.digit(from[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw new IllegalArgumentException(
            "broker URI: a % in the "
                + what
                + " without two hexadecimal digits (expected: %25 for a percent sign)");
      }
      to.put((byte) (high << 4 | low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(to.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "broker URI: the " + what + " is not UTF-8 when decoded", e);
    }
  }

  // Without an @, what follows a colon is a port, or a password whose host was forgotten.
  private static String withoutAfterColon(String uri, int from) {
    int colon = uri.indexOf(':', from);
    return colon < 0 || PORT.matcher(uri).region(colon + 1, uri.length()).matches()
        ? uri
        : uri.substring(0, colon + 1) + "***";
  }

  // Whatever stands before the last @ may be a password, also in a URI that is none.
  private static String redacted(String uri) {
    int at = uri.lastIndexOf('@');
    int scheme = uri.indexOf("://");
    if (at < 0) {
      return SafeText.of(withoutAfterColon(uri, scheme < 0 ? 0 : scheme + 3));
    }
    return SafeText.of(
        (scheme >= 0 && scheme < at ? uri.substring(0, scheme + 3) : "")
            + "***"
            + uri.substring(at));
  }
}
