package org.postage.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URLEncoder;

/**
 * About {@link BrokerUri}, with any text: settings that mean the same when they are written again,
 * or an {@link IllegalArgumentException} that does not show the password. To look for more: {@code
 * JAZZER_FUZZ=1 mvn test -Dtest=BrokerUriJazzerTest#password}.
 */
class BrokerUriJazzerTest {
  private static final String SECRET = "S3CRET";

  @FuzzTest(maxDuration = "60s")
  void uri(byte[] input) {
    String uri = new String(input, UTF_8);
    ConnectionSettings settings;
    try {
      settings = BrokerUri.parse(uri).build();
    } catch (IllegalArgumentException e) {
      return;
    }
    String again = written(settings);
    if (!written(BrokerUri.parse(again).build()).equals(again)) {
      throw new AssertionError("read as other settings than written: " + again);
    }
  }

  /** The input stands around the password, and after it. */
  @FuzzTest(maxDuration = "60s")
  void password(byte[] input) {
    String text = new String(input, UTF_8);
    int half = text.length() / 2;
    String uri = "amqp://me:" + text.substring(0, half) + SECRET + text.substring(half);
    for (String each : new String[] {uri, uri + "@host", uri + "@host:56x2/v"}) {
      try {
        ConnectionSettings settings = BrokerUri.parse(each).build();
        if (settings.password().contains(SECRET) && settings.toString().contains(SECRET)) {
          throw new AssertionError("settings show the password of " + each);
        }
      } catch (IllegalArgumentException e) {
        if ((e + " " + e.getCause()).contains(SECRET) && isPassword(each)) {
          throw new AssertionError("the refusal shows the password of " + each, e);
        }
      }
    }
  }

  // Before the last @, or after the first colon where there is none, it may be a password.
  private static boolean isPassword(String uri) {
    int at = uri.lastIndexOf('@');
    return at < 0 || at > uri.indexOf(SECRET);
  }

  private static String written(ConnectionSettings settings) {
    return (settings.tls() == null ? "amqp://" : "amqps://")
        + encoded(settings.user())
        + ":"
        + encoded(settings.password())
        + "@"
        + settings.addresses().stream().map(BrokerAddress::toString).collect(joining(","))
        + "/"
        + encoded(settings.vhost());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
