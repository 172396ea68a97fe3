package org.postage.embedded.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a queue cannot be declared with. */
abstract class QueueArgumentsContract extends BrokerContract {
  @TestFactory
  Stream<DynamicTest> senselessArgumentsAreRefused() {
    return Stream.of(
        refusal("x-message-ttl", -1, "{value_negative,-1}"),
        refusal("x-message-ttl", "abc", "\"expected integer, got longstr\""),
        refusal("x-message-ttl", 1L << 40, "{value_too_large,1099511627776}"),
        refusal("x-expires", 0, "{value_zero,0}"),
        refusal("x-expires", "abc", "\"expected integer, got longstr\""),
        refusal("x-max-length", -1, "{value_negative,-1}"),
        refusal("x-max-length", "1", "\"expected integer, got longstr\""),
        refusal("x-max-length-bytes", -1, "{value_negative,-1}"),
        refusal("x-dead-letter-routing-key", "k", "routing_key_but_no_dlx_defined"),
        refusal("x-overflow", "foo", "invalid_overflow"),
        refusal("x-overflow", 1, "{unacceptable_type,signedint}"),
        refusal("x-max-priority", 300, "{max_value_exceeded,300}"),
        refusal("x-max-priority", -1, "{value_negative,-1}"),
        refusal("x-single-active-consumer", "true", "{unacceptable_type,longstr}"),
        refusal("x-queue-type", "foo", "\"unsupported queue type 'foo'\""),
        refusal("x-queue-type", 1, "{unacceptable_type,signedint}"),
        refusal("x-queue-mode", "foo", "\"unsupported queue mode 'foo'\""),
        refusal("x-queue-version", 9, "\"unsupported queue version '9'\""));
  }

  private DynamicTest refusal(String name, Object value, String reason) {
    return DynamicTest.dynamicTest(
        name + "=" + value,
        () -> {
          String queue = fresh("q");

          assertThat(refused(on -> on.queueDeclare(queue, false, true, false, Map.of(name, value))))
              .isEqualTo(invalid(name, queue, ": " + reason));
        });
  }

  @Test
  void deadLetterExchangeMustBeText() throws Exception {
    String queue = fresh("q");
    Map<String, Object> arguments = Map.of("x-dead-letter-exchange", 1);

    assertThat(refused(on -> on.queueDeclare(queue, false, true, false, arguments)))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange'"
                    + " in queue '"
                    + queue
                    + "' in vhost '/'"));
  }

  @Test
  void classicQueueHasNoDeliveryLimit() throws Exception {
    String queue = fresh("q");
    Map<String, Object> arguments = Map.of("x-delivery-limit", 3);

    assertThat(refused(on -> on.queueDeclare(queue, false, true, false, arguments)))
        .isEqualTo(invalid("x-delivery-limit", queue, " of queue type rabbit_classic_queue"));
  }

  @Test
  void quorumQueueHasNoPriorities() throws Exception {
    String queue = fresh("q");
    Map<String, Object> arguments = Map.of("x-queue-type", "quorum", "x-max-priority", 3);

    assertThat(refused(on -> on.queueDeclare(queue, true, false, false, arguments)))
        .isEqualTo(invalid("x-max-priority", queue, " of queue type rabbit_quorum_queue"));
  }

  @Test
  void quorumQueueMustBeDurable() throws Exception {
    assertThat(refusedQuorum(false, false, false)).isEqualTo("invalid property 'non-durable'");
  }

  @Test
  void quorumQueueCannotBeExclusive() throws Exception {
    assertThat(refusedQuorum(true, true, false)).isEqualTo("invalid property 'exclusive-owner'");
  }

  @Test
  void quorumQueueCannotBeAutoDelete() throws Exception {
    assertThat(refusedQuorum(true, false, true)).isEqualTo("invalid property 'auto-delete'");
  }

  private String refusedQuorum(boolean durable, boolean exclusive, boolean autoDelete)
      throws Exception {
    Map<String, Object> arguments = Map.of("x-queue-type", "quorum");
    String text =
        refused(on -> on.queueDeclare(fresh("q"), durable, exclusive, autoDelete, arguments))
            .text();
    return text.substring("PRECONDITION_FAILED - ".length(), text.indexOf(" for queue"));
  }

  @Test
  void quorumQueueMustHaveAName() throws Exception {
    assertThat(
            refused(
                on -> on.queueDeclare("", true, false, false, Map.of("x-queue-type", "quorum"))))
        .isEqualTo(
            Closed.channel(
                406,
                "PRECONDITION_FAILED - Cannot declare a server-named queue for type"
                    + " rabbit_quorum_queue"));
  }

  @Test
  void unknownArgumentsAreFine() {
    assertThatCode(() -> queue(Map.of("x-foo", 1, "bar", "baz"))).doesNotThrowAnyException();
  }

  @Test
  void lazyQueuesAreFine() {
    assertThatCode(() -> queue(Map.of("x-queue-mode", "lazy"))).doesNotThrowAnyException();
  }

  private static Closed invalid(String name, String queue, String reason) {
    return Closed.channel(
        406,
        "PRECONDITION_FAILED - invalid arg '"
            + name
            + "' for queue '"
            + queue
            + "' in vhost '/'"
            + reason);
  }
}
