package org.postage.spec;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.message.Result;

class MessageSchemasTest {
  @Test
  void everyKindOfMessageOfOursIsAccepted() {
    Map<String, ?> fingerprint = Fingerprint.of("sender", "application").asMap();
    List<Message> messages =
        List.of(
            Message.command("echo", "text"),
            Message.command("echo"),
            Message.rpc("echo", null).withFingerprint(fingerprint),
            Message.status("online"),
            Message.bare(List.of(1), Map.of()),
            Message.bare(List.of(), Map.of("k", 1)),
            Message.bare(List.of(), Map.of()),
            Result.success(null).toMessage(),
            Result.error("no").toMessage(),
            Result.exception(new IllegalStateException()).toMessage());

    for (Message message : messages) {
      assertThatCode(() -> new ValidatingEncoder().encode(MessageFormat.toMap(message)))
          .as(message.toString())
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{'type':'command','name':'n','category':'message','version':'2','fingerprint':{},'content':{},'_reserved':{}}",
        "{'type':'command','name':'n','category':'message','version':'2','fingerprint':{},'content':{'parameters':NaN},'_reserved':{}}",
        "{'type':'command','name':'n','category':'message','version':'2','fingerprint':{},'content':{'parameters':1},'_reserved':{},'x':1}",
        "{'type':'command','name':'n','name':'n','category':'message','version':'2','fingerprint':{},'content':{'parameters':1},'_reserved':{}}",
        "{'type':'command','name':'n','category':'message','version':'2','fingerprint':{'pid':1},'content':{'parameters':1},'_reserved':{}}",
        "{'type':'command','name':'n','category':'message','fingerprint':{},'content':{'parameters':1},'_reserved':{}}",
        "{'type':'status','name':'n','category':'rpc','version':'2','fingerprint':{},'content':{},'_reserved':{}}",
        "{'type':'result','name':'none','category':'message','version':'2','fingerprint':{},'content':{'type':'ok'},'_reserved':{}}",
        "{'type':'none','name':'none','category':'message','version':'2','fingerprint':{},'content':{'args':[]},'_reserved':{}}",
      })
  void whatNoWriterMaySendIsRefused(String body) {
    byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> MessageSchemas.check(bytes))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("no body that may be sent: ");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    assertThatThrownBy(() -> MessageSchemas.check(new byte[] {'"', (byte) 0xe9, '"'}))
        .isInstanceOf(AssertionError.class)
        .hasMessage("no body that may be sent: not UTF-8");
  }

  @Test
  void bodyOverOneMebibyteIsRefused() {
    assertThatThrownBy(() -> MessageSchemas.check(new byte[(1 << 20) + 1]))
        .isInstanceOf(AssertionError.class)
        .hasMessage("no body that may be sent: 1048577 bytes");
  }
}
