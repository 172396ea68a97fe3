package org.postage.amqp;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Reads certificates and keys. What it throws names the file and shows nothing that is in it. */
final class TlsFiles {
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");

  private TlsFiles() {}

  static TrustManager[] trust(Path pem) throws IOException, GeneralSecurityException {
    KeyStore store = emptyStore();
    int count = 0;
    for (Certificate certificate : certificates(pem)) {
      store.setCertificateEntry("trusted-" + ++count, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  static KeyManager[] fromKeyStore(Path pkcs12, Supplier<String> password)
      throws IOException, GeneralSecurityException {
    byte[] bytes = read(pkcs12);
    char[] secret = requireNonNull(password.get(), "key store's password").toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(new ByteArrayInputStream(bytes), secret);
    } catch (IOException e) {
      throw wrong(pkcs12, "can't be opened", "a PKCS #12 key store, and its password", e);
    }
    return keyManagers(store, secret);
  }

  static KeyManager[] fromPem(Path pem, Path privateKey)
      throws IOException, GeneralSecurityException {
    KeyStore store = emptyStore();
    char[] none = {};
    Certificate[] chain = certificates(pem).toArray(new Certificate[0]);
    store.setKeyEntry("client", privateKey(privateKey), none, chain);
    return keyManagers(store, none);
  }

  private static KeyManager[] keyManagers(KeyStore store, char[] secret)
      throws GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, secret);
    return factory.getKeyManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws IOException, GeneralSecurityException {
    byte[] bytes = read(pem);
    try {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (!all.isEmpty()) {
        return all;
      }
    } catch (CertificateException e) {
      throw wrong(pem, "can't be read", "certificates as PEM text", e);
    }
    throw wrong(pem, "holds no certificate", "certificates as PEM text", null);
  }

  private static PrivateKey privateKey(Path pem) throws IOException, GeneralSecurityException {
    Matcher block = PRIVATE_KEY.matcher(new String(read(pem), StandardCharsets.US_ASCII));
    String expected =
        "a key between BEGIN PRIVATE KEY and END PRIVATE KEY;"
            + " openssl pkcs8 -topk8 -nocrypt makes it of others";
    if (!block.find()) {
      throw wrong(pem, "holds no such key", expected, null);
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(block.group(1));
    } catch (IllegalArgumentException e) {
      // Without its cause, which may show a part of the key.
      throw wrong(pem, "is no base 64", expected, null);
    }
    InvalidKeySpecException failure = new InvalidKeySpecException();
    for (String kind : KEY_KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException e) {
        failure = e;
      }
    }
    throw wrong(pem, "is of an unknown kind", "one of " + KEY_KINDS, failure);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw wrong(file, "no such file", "a readable file", e);
    } catch (AccessDeniedException e) {
      throw wrong(file, "not allowed to read it", "a readable file", e);
    } catch (IOException e) {
      throw wrong(file, "can't be read", "a readable file", e);
    }
  }

  private static IllegalArgumentException wrong(
      Path file, String what, String expected, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "TLS: '" + file + "' " + what + " (expected: " + expected + ")", cause);
  }
}
