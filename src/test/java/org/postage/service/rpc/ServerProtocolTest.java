package org.postage.service.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postage.encoding.EncodingException;
import org.postage.encoding.LimitExceededException;
import org.postage.handler.Failure;
import org.postage.handler.Protocol;
import org.postage.message.Message;
import org.postage.message.PostageException;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

class ServerProtocolTest {
  private static final int BODIES = 20_000;
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e999",
    "NaN",
    "\"args\"",
    "\"kwargs\"",
    "\"command\"",
    "\"command_args\"",
    "\"command_kwargs\"",
    "\"hello\"",
    "{}",
    "[]",
    "\u0000",
    "\ud800"
  };

  private static Delivery delivery(RawMessage message) {
    return new Delivery(message, "queue", "exchange", "greeter.hello", false);
  }

  @ParameterizedTest
  @EnumSource(RpcProtocol.class)
  void anyBodyIsACallOrARefusalThatCanBeAnswered(RpcProtocol rpc) {
    Protocol protocol = rpc.serverProtocol();
    Random random = new Random(20_261_126);
    for (int i = 0; i < BODIES; i++) {
      StringBuilder body = new StringBuilder();
      for (int piece = random.nextInt(12); piece >= 0; piece--) {
        body.append(PIECES[random.nextInt(PIECES.length)]);
      }
      RawMessage raw = RawMessage.of(body.toString().getBytes(StandardCharsets.UTF_8)).build();
      Failure.Kind kind = Failure.Kind.UNHANDLED;
      Message message = null;
      try {
        message = protocol.read(delivery(raw), protocol.standard());
      } catch (PostageException e) {
        kind = Failure.Kind.UNREADABLE;
      }
      Failure failure = Failure.of(kind, "no");
      byte[] answer = protocol.failure(protocol.standard(), failure, message).build().body();
      assertThat(answer).as("answer to %s", body).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(RpcProtocol.class)
  void repliesGoOnlyWhereCallersOfThatKindListen(RpcProtocol rpc) {
    Protocol protocol = rpc.serverProtocol();

    for (String address : new String[] {"greeter.hello", "#", "", "amq.gen-x", "ufw-reply-*"}) {
      assertThat(protocol.replyAddresses().matcher(address).matches()).as(address).isFalse();
    }
  }

  @Test
  void compressedBodiesAreReadAsKombuAndOthersWriteThem() throws Exception {
    byte[] body = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream zlib = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
      out.write(body);
    }
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(body);
    }

    assertThat(KombuBody.of(compressed(zlib.toByteArray(), "application/x-gzip"))).isEqualTo(body);
    assertThat(KombuBody.of(compressed(gzip.toByteArray(), "application/x-gzip"))).isEqualTo(body);
  }

  @Test
  void bombsAndDamagedBodiesAreRefused() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bomb)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 100; i++) {
        out.write(zeros);
      }
    }

    assertThatThrownBy(() -> KombuBody.of(compressed(bomb.toByteArray(), "application/x-gzip")))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("expected: at most 1048576");
    assertThatThrownBy(() -> KombuBody.of(compressed(new byte[] {1, 2, 3}, "application/x-gzip")))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> KombuBody.of(compressed(new byte[0], "application/x-bz2")))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("'application/x-bz2'");
  }

  private static RawMessage compressed(byte[] body, String how) {
    return RawMessage.of(body).headers(Map.of("compression", how)).build();
  }
}
