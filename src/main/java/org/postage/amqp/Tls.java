package org.postage.amqp;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the broker: whom to trust, and who we are.
 *
 * <p>The broker's certificate has to be trusted and to name the host that was connected to. Only
 * what is called {@code insecure...} weakens that. Files are read at each connect, so that
 * certificates may be renewed while the program runs.
 *
 * <p>Immutable and thread-safe. Its text shows no secret.
 */
public final class Tls {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  /** Reads what the client shows the broker. */
  @FunctionalInterface
  private interface Identity {
    KeyManager[] read() throws IOException, GeneralSecurityException;
  }

  private final @Nullable SSLContext given;
  private final @Nullable Path trusted;
  private final @Nullable Identity identity;
  private final boolean trustsAnyCertificate;
  private final boolean takesAnyHostName;

  private Tls(@Nullable SSLContext given, Builder builder) {
    this.given = given;
    trusted = builder.trusted;
    identity = builder.identity;
    trustsAnyCertificate = builder.trustsAnyCertificate;
    takesAnyHostName = builder.takesAnyHostName;
  }

  /** The certificates that the JVM trusts, and none of our own, unless set. */
  public static Builder builder() {
    return new Builder();
  }

  static Tls of(SSLContext context) {
    return new Tls(requireNonNull(context, "context"), new Builder());
  }

  boolean takesAnyHostName() {
    return takesAnyHostName;
  }

  /**
   * What makes sockets, from the files as they are now.
   *
   * @param onCertificateWanted told when a broker asks for a client certificate and there is none
   * @throws IllegalArgumentException if a file is not what it should be
   */
  SSLContext context(Runnable onCertificateWanted) {
    try {
      if (given != null) {
        return given;
      }
      if (trusted == null && identity == null && !trustsAnyCertificate) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keys =
          identity == null
              ? new KeyManager[] {new NoCertificate(onCertificateWanted)}
              : identity.read();
      context.init(keys, trust(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("TLS: " + Refusals.reason(e), e);
    }
  }

  // Null stands for the JVM's.
  private TrustManager @Nullable [] trust() throws IOException, GeneralSecurityException {
    if (trustsAnyCertificate) {
      return new TrustManager[] {new AnyCertificate()};
    }
    return trusted == null ? null : TlsFiles.trust(trusted);
  }

  @Override
  public String toString() {
    return "Tls["
        + (trusted == null ? "" : "trusts " + trusted + ", ")
        + (identity == null ? "no client certificate" : "client certificate")
        + (trustsAnyCertificate ? ", any certificate" : "")
        + (takesAnyHostName ? ", any host name" : "")
        + "]";
  }

  /** Not thread-safe. May be used again: {@link #build()} takes a snapshot. */
  public static final class Builder {
    private @Nullable Path trusted;
    private @Nullable Identity identity;
    private boolean trustsAnyCertificate;
    private boolean takesAnyHostName;

    private Builder() {}

    /**
     * Trusts the certificates of this file, and those that they have signed, and no others.
     *
     * @param pem one or more certificates as PEM text
     */
    public Builder trust(Path pem) {
      trusted = requireNonNull(pem, "pem");
      return this;
    }

    /**
     * Shows the broker a certificate, where it asks for one.
     *
     * @param pkcs12 a key store with one private key and its certificates
     * @param password of the key store and its key; asked at each connect
     */
    public Builder clientCertificate(Path pkcs12, Supplier<String> password) {
      requireNonNull(pkcs12, "pkcs12");
      requireNonNull(password, "password");
      identity = () -> TlsFiles.fromKeyStore(pkcs12, password);
      return this;
    }

    /**
     * Shows the broker a certificate, where it asks for one.
     *
     * @param pem the certificate, and those between it and the one that the broker trusts, as PEM
     *     text
     * @param privateKey its key as PEM text, PKCS #8 ({@code BEGIN PRIVATE KEY}), not encrypted
     */
    public Builder clientCertificate(Path pem, Path privateKey) {
      requireNonNull(pem, "pem");
      requireNonNull(privateKey, "privateKey");
      identity = () -> TlsFiles.fromPem(pem, privateKey);
      return this;
    }

    /**
     * Trusts any certificate: whoever sits between can pose as the broker and read all, passwords
     * too. For tests. Logs a warning.
     */
    public Builder insecureAnyCertificate() {
      trustsAnyCertificate = true;
      return this;
    }

    /**
     * Takes a trusted certificate of any host: whoever has one can pose as the broker. Logs a
     * warning.
     */
    public Builder insecureAnyHostName() {
      takesAnyHostName = true;
      return this;
    }

    /**
     * Reads the files once, to see that they are there.
     *
     * @throws IllegalArgumentException if one is missing or is not what it should be
     */
    public Tls build() {
      Tls tls = new Tls(null, this);
      tls.context(() -> {});
      if (trustsAnyCertificate) {
        LOG.warn("TLS is insecure: any certificate is taken for the broker's");
      }
      if (takesAnyHostName) {
        LOG.warn("TLS is insecure: a certificate of any host is taken for the broker's");
      }
      return tls;
    }
  }
}
