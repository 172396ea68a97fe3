package org.postage.readme;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.postage.Postage;
import org.postage.amqp.Tls;
import org.postage.transport.Health;

/** What the README shows of connections. */
final class Cluster {
  private Cluster() {}

  static Postage connect(Supplier<String> vault) {
    Path certificates = Path.of("/etc/shop");
    return Postage.builder()
        .addresses("rabbit-1", "rabbit-2", "rabbit-3:5673")
        .user("shop")
        .password(vault) // asked at each connect: it may change
        .tls(
            Tls.builder()
                .trust(certificates.resolve("ca.pem"))
                .clientCertificate(
                    certificates.resolve("shop.pem"), certificates.resolve("shop.key"))
                .build())
        .failFast() // an exception if no broker can be reached now
        .connect();
  }

  static void probe(Postage postage) {
    Health health = postage.health();
    System.out.println(health.isReady() + " " + health.isLive());
    health.consumers().forEach(each -> System.out.println(each.queue() + ": " + each.state()));
  }
}
