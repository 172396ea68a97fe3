package org.postage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.amqp.Tls;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Exchange;
import org.postage.transport.TransportException;

/** Whom a component trusts, and who it shows to be. */
@Timeout(600)
class TlsTest {
  interface Client {
    CompletableFuture<Void> message_hello(String text);
  }

  private static Path directory;
  private static TestCertificates certificates;

  private final EmbeddedBroker broker = EmbeddedBroker.start();
  private final List<TlsFront> fronts = new ArrayList<>();

  @BeforeAll
  static void makeCertificates(@TempDir Path temporary) {
    directory = temporary;
    certificates = new TestCertificates(directory);
  }

  @AfterEach
  void close() throws IOException {
    for (TlsFront front : fronts) {
      front.close();
    }
    broker.close();
  }

  private Postage.Builder to(String certificate, Tls tls) {
    return to(certificate, false, tls);
  }

  private Postage.Builder to(String certificate, boolean needsClientCertificate, Tls tls) {
    TlsFront front =
        new TlsFront(certificates.context(certificate), broker.port(), needsClientCertificate);
    fronts.add(front);
    return Postage.builder().uri("amqps://localhost:" + front.port()).tls(tls);
  }

  private static Tls.Builder trusting() {
    return Tls.builder().trust(certificates.authority());
  }

  private static void assertWorks(Postage.Builder builder) {
    try (Postage postage = builder.connect()) {
      assertThat(postage.isReady()).isTrue();
      Client client = postage.producer(Client.class, Exchange.fanout("tls").withKey("key"));
      assertThat(client.message_hello("over TLS"))
          .failsWithin(Duration.ofSeconds(60))
          .withThrowableThat()
          .withMessageContaining("nobody listens");
    }
  }

  private static void assertRefused(Postage.Builder builder, String why) {
    assertThatThrownBy(builder::connect)
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot connect to amqps://guest@localhost:")
        .hasMessageContaining("no TLS: ")
        .hasMessageContaining(why);
  }

  @Test
  void certificateOfATrustedAuthorityForTheHostIsTaken() {
    assertWorks(to(TestCertificates.SERVER, trusting().build()));
  }

  @Test
  void certificateThatNobodyTrustedHasSignedIsRefusedAtOnce() {
    assertRefused(to(TestCertificates.SELF_SIGNED, trusting().build()), "PKIX path building");
    assertRefused(to(TestCertificates.SERVER, Tls.builder().build()), "PKIX path building");
  }

  @Test
  void selfSignedCertificateIsTakenWhereItIsTheTrustedOne() {
    Path itself = certificates.certificate(TestCertificates.SELF_SIGNED);

    assertWorks(to(TestCertificates.SELF_SIGNED, Tls.builder().trust(itself).build()));
  }

  @Test
  void certificateOfAnotherHostIsRefusedAtOnce() {
    assertRefused(to(TestCertificates.OTHER_HOST, trusting().build()), "localhost");
  }

  @Test
  void insecureAnyHostNameTakesItAndWarns() {
    try (LogCapture log = new LogCapture()) {
      assertWorks(to(TestCertificates.OTHER_HOST, trusting().insecureAnyHostName().build()));

      assertThat(log.linesWith("TLS is insecure: a certificate of any host")).hasSize(1);
    }
  }

  @Test
  void insecureAnyHostNameStillWantsATrustedCertificate() {
    assertRefused(
        to(TestCertificates.SELF_SIGNED, trusting().insecureAnyHostName().build()),
        "PKIX path building");
  }

  @Test
  void insecureAnyCertificateTakesAnyForTheHostAndWarns() {
    try (LogCapture log = new LogCapture()) {
      Tls any = Tls.builder().insecureAnyCertificate().build();

      assertWorks(to(TestCertificates.SELF_SIGNED, any));
      assertRefused(to(TestCertificates.OTHER_HOST, any), "localhost");
      assertThat(log.linesWith("TLS is insecure: any certificate")).hasSize(1);
    }
  }

  @Test
  void bothTogetherTakeAnything() {
    assertWorks(
        to(
            TestCertificates.OTHER_HOST,
            Tls.builder().insecureAnyCertificate().insecureAnyHostName().build()));
  }

  @Test
  void clientCertificateFromAKeyStoreIsShown() {
    Tls tls =
        trusting()
            .clientCertificate(
                certificates.keyStore(TestCertificates.CLIENT), () -> TestCertificates.PASSWORD)
            .build();

    assertWorks(to(TestCertificates.SERVER, true, tls));
  }

  @Test
  void clientCertificateFromPemIsShown() {
    Tls tls =
        trusting()
            .clientCertificate(
                certificates.certificate(TestCertificates.CLIENT),
                certificates.key(TestCertificates.CLIENT))
            .build();

    assertWorks(to(TestCertificates.SERVER, true, tls));
  }

  @Test
  void brokerThatWantsAClientCertificateAndGetsNoneIsAClearError() {
    assertRefused(
        to(TestCertificates.SERVER, true, trusting().build()),
        "the broker wants a client certificate (expected: Tls.Builder.clientCertificate(..))");
  }

  @Test
  void renewedCertificatesAreReadAtTheNextConnect() throws Exception {
    Path trusted = directory.resolve("renewed.pem");
    Files.copy(certificates.certificate(TestCertificates.SELF_SIGNED), trusted);
    Postage.Builder builder = to(TestCertificates.SERVER, Tls.builder().trust(trusted).build());
    assertRefused(builder, "PKIX path building");

    Files.writeString(trusted, Files.readString(certificates.authority()));

    assertWorks(builder);
  }

  @Test
  void certificateThatIsNoLongerTrustedLaterIsTriedAgainSlowly() throws Exception {
    Path trusted = directory.resolve("revoked.pem");
    Files.copy(certificates.authority(), trusted);
    try (LogCapture log = new LogCapture();
        Postage postage =
            to(TestCertificates.SERVER, Tls.builder().trust(trusted).build()).connect()) {
      Files.writeString(
          trusted, Files.readString(certificates.certificate(TestCertificates.SELF_SIGNED)));
      broker.dropConnections();

      await().until(() -> !log.linesWith("Cannot reach the broker").isEmpty());
      assertThat(log.linesWith("Cannot reach the broker").get(0))
          .contains("PKIX path building")
          .containsPattern("trying again in [5-9]\\d{3} ms");
      assertThat(postage.isReady()).isFalse();
    }
  }

  @Test
  void wrongFileIsNamedWhenItIsGivenAndNothingOfItIsShown() throws Exception {
    Path absent = directory.resolve("absent");
    Path garbage = Files.writeString(directory.resolve("garbage"), "s3cret");
    Path badKey =
        Files.writeString(
            directory.resolve("bad.key"),
            "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n");
    Path client = certificates.certificate(TestCertificates.CLIENT);
    Path store = certificates.keyStore(TestCertificates.CLIENT);
    AtomicReference<String> seen = new AtomicReference<>("");

    assertWrong(Tls.builder().trust(absent), "TLS: '" + absent + "' no such file", seen);
    assertWrong(Tls.builder().trust(garbage), "TLS: '" + garbage + "' ", seen);
    assertWrong(Tls.builder().clientCertificate(client, garbage), "holds no such key", seen);
    assertWrong(Tls.builder().clientCertificate(client, badKey), "unknown kind", seen);
    assertWrong(Tls.builder().clientCertificate(garbage, () -> "s3cret"), "can't be opened", seen);
    assertWrong(
        Tls.builder().clientCertificate(store, () -> "s3cret"),
        "TLS: '" + store + "' can't be opened (expected: a PKCS #12 key store, and its password)",
        seen);
    assertThat(seen.get()).doesNotContain("s3cret").doesNotContain("czNjcmV0");
  }

  @Test
  void itsTextSaysWhatIsInsecure() {

    assertThat(Tls.builder().build()).hasToString("Tls[no client certificate]");
    assertThat(trusting().insecureAnyCertificate().insecureAnyHostName().build())
        .hasToString(
            "Tls[trusts "
                + certificates.authority()
                + ", no client certificate, any certificate, any host name]");
  }

  private static void assertWrong(Tls.Builder builder, String what, AtomicReference<String> seen) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(what)
        .satisfies(e -> seen.accumulateAndGet(e + " " + e.getCause(), String::concat));
  }
}
