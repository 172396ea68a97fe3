package org.postage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates made with the JDK's keytool: an authority's, and some that it has signed. */
final class TestCertificates {
  static final String PASSWORD = "st0re-password";

  /** Signed by the authority, for localhost and 127.0.0.1. */
  static final String SERVER = "server";

  /** Signed by the authority, for another host. */
  static final String OTHER_HOST = "other";

  /** Signed by nobody but itself, for localhost and 127.0.0.1. */
  static final String SELF_SIGNED = "selfsigned";

  /** Signed by the authority. */
  static final String CLIENT = "client";

  private static final String AUTHORITY = "ca";
  private static final String LOCALHOST = "san=dns:localhost,ip:127.0.0.1";

  private final Path directory;
  private final KeyStore all;

  TestCertificates(Path directory) {
    this.directory = directory;
    make(AUTHORITY, "bc:c");
    make(SERVER, LOCALHOST, "-signer", AUTHORITY);
    make(OTHER_HOST, "san=dns:other.example", "-signer", AUTHORITY);
    make(SELF_SIGNED, LOCALHOST);
    make(CLIENT, "eku=clientAuth", "-signer", AUTHORITY);
    try {
      all = KeyStore.getInstance("PKCS12");
      byte[] bytes = Files.readAllBytes(directory.resolve("all.p12"));
      all.load(new ByteArrayInputStream(bytes), PASSWORD.toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The authority's certificate as PEM text. */
  Path authority() {
    return certificate(AUTHORITY);
  }

  /** A certificate as PEM text. */
  Path certificate(String name) {
    return write(name + ".pem", () -> pem("CERTIFICATE", all.getCertificate(name).getEncoded()));
  }

  /** Its private key as PEM text. */
  Path key(String name) {
    return write(name + ".key", () -> pem("PRIVATE KEY", privateKey(name).getEncoded()));
  }

  /** Both in a key store. */
  Path keyStore(String name) {
    Path file = directory.resolve(name + ".p12");
    try (var out = Files.newOutputStream(file)) {
      only(name).store(out, PASSWORD.toCharArray());
      return file;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For a server that shows this certificate, and trusts what the authority has signed. */
  SSLContext context(String name) {
    try {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(only(name), PASSWORD.toCharArray());
      KeyStore trusted = empty();
      trusted.setCertificateEntry(AUTHORITY, all.getCertificate(AUTHORITY));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore only(String name) throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    Certificate[] chain = {all.getCertificate(name)};
    store.setKeyEntry(name, privateKey(name), PASSWORD.toCharArray(), chain);
    return store;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private Key privateKey(String name) throws GeneralSecurityException {
    return all.getKey(name, PASSWORD.toCharArray());
  }

  private void make(String name, String extension, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(
        List.of("-genkeypair", "-keystore", "all.p12", "-storetype", "PKCS12", "-alias", name));
    command.addAll(List.of("-storepass", PASSWORD, "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-dname", "CN=" + name, "-validity", "30", "-ext", extension));
    command.addAll(List.of(options));
    try {
      Process keytool =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("keytool.out").toFile())
              .start();
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        keytool.destroyForcibly();
        throw new IllegalStateException(Files.readString(directory.resolve("keytool.out")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while certificates are made", e);
    }
  }

  @FunctionalInterface
  private interface Content {
    String get() throws GeneralSecurityException;
  }

  private Path write(String name, Content content) {
    try {
      return Files.writeString(directory.resolve(name), content.get());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte @Nullable [] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }
}
