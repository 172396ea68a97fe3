package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.message.SnakeCase;

class ProducerCompilerTest {
  private final Bench bench = new Bench();

  @ParameterizedTest
  @CsvSource({
    "echo, echo",
    "statusOnline, status_online",
    "StatusOnline, status_online",
    "HTTPServer, http_server",
    "parseJSON2Xml, parse_json2_xml",
    "x, x"
  })
  void camelCaseBecomesSnakeCase(String camelCase, String snakeCase) {
    assertThat(SnakeCase.of(camelCase)).isEqualTo(snakeCase);
  }

  @ParameterizedTest
  @CsvSource({
    "message_echo, MESSAGE, echo",
    "messageEcho, MESSAGE, echo",
    "rpc_echo, RPC, echo",
    "rpcEcho, RPC, echo",
    "message_status_online, MESSAGE, status_online",
    "messageStatusOnline, MESSAGE, status_online",
    "rpc_queue_echo, RPC, queue_echo",
    "message_Echo, MESSAGE, Echo",
    "message__x, MESSAGE, _x"
  })
  void methodsNameSaysWhatIsSent(String method, MessageCategory category, String name) {
    assertThat(MethodName.ofSender(method)).contains(new MethodName(category, name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"message", "message_", "messageecho", "rpcx", "echo", "sendMessage", "Rpc"})
  void otherNamesSayNothing(String method) {
    assertThat(MethodName.ofSender(method)).isEmpty();
    assertThat(MethodName.ofBuilder(method)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "build_message_echo, MESSAGE, echo",
    "buildMessageEcho, MESSAGE, echo",
    "build_rpc_big_sum, RPC, big_sum",
    "buildRpcBigSum, RPC, big_sum"
  })
  void buildersNameSaysWhatIsBuilt(String method, MessageCategory category, String name) {
    assertThat(MethodName.ofBuilder(method)).contains(new MethodName(category, name));
  }

  interface EveryReturnType {
    void message_a();

    CompletableFuture<Void> message_b();

    void rpc_c();

    int rpc_d();

    String rpc_e();

    List<Map<String, Integer>> rpc_f();

    Result rpc_g();

    CompletableFuture<Result> rpc_h();

    CompletableFuture<List<String>> rpc_i();

    CompletableFuture<Void> rpc_j();

    ReplyQueue rpc_k();

    Replies<String> rpc_l();

    Replies<List<Integer>> rpc_m();

    @Nullable Object rpc_n();
  }

  @Test
  void everyReturnTypeThatMeansSomethingIsTaken() {
    assertThatCode(() -> bench.create(EveryReturnType.class)).doesNotThrowAnyException();
  }

  interface Wrong {
    String message_text();

    CompletableFuture<String> message_future();

    CompletableFuture<Result> message_result();

    @SuppressWarnings("rawtypes")
    CompletableFuture rpc_raw();

    @SuppressWarnings("rawtypes")
    Replies rpc_raw_replies();

    CompletableFuture<CompletableFuture<String>> rpc_nested();

    Future<String> rpc_future();

    Message rpc_message();

    Class<String> rpc_class();

    void send(String text);

    @Command
    @Status
    void twice();

    void message_option(SendOption option, String text);

    @Status
    void status(String text);

    void message_param(@Param("a") int a, @Param("a") int b);

    default String build_message_bad(int x) {
      return "x" + x;
    }

    default Message build_rpc_orphan(String text) {
      return Message.rpc("orphan", text);
    }
  }

  @Test
  void allProblemsAreToldInOneMessage() {
    assertThatThrownBy(() -> bench.create(Wrong.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            org.postage.producer.ProducerCompilerTest$Wrong can't be a producer:
              Wrong.build_message_bad(int): returns String (expected: Message)
              Wrong.message_future(): returns java.util.concurrent.CompletableFuture<java.lang.String> (expected: void or CompletableFuture<Void>)
              Wrong.message_option(SendOption, String), parameter 2: stands after an option (expected: options last)
              Wrong.message_param(int, int), parameter 2: 'a' again (expected: another name)
              Wrong.message_result(): returns java.util.concurrent.CompletableFuture<org.postage.message.Result> (expected: void or CompletableFuture<Void>)
              Wrong.message_text(): returns java.lang.String (expected: void or CompletableFuture<Void>)
              Wrong.rpc_class(): returns java.lang.Class<java.lang.String>, which can't be read: java.lang.Class: would be loaded by its name (expected: a type that holds data)
              Wrong.rpc_future(): returns java.util.concurrent.Future<java.lang.String> (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)
              Wrong.rpc_message(): returns org.postage.message.Message (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)
              Wrong.rpc_nested(): returns java.util.concurrent.CompletableFuture<java.util.concurrent.CompletableFuture<java.lang.String>> (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)
              Wrong.rpc_raw(): returns java.util.concurrent.CompletableFuture (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)
              Wrong.rpc_raw_replies(): returns org.postage.producer.Replies (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)
              Wrong.send(String): says not what it sends (expected: a name like message_echo, messageEcho, rpc_echo or rpcEcho, or one of @Command, @Status and @Rpc)
              Wrong.status(String): has parameters (expected: none, since a status has no content)
              Wrong.twice(): says more than once what it sends (expected: a name like message_echo, messageEcho, rpc_echo or rpcEcho, or one of @Command, @Status and @Rpc)
              Wrong.build_message_bad(int): builds a message that no method sends (expected: a method message_bad with the same parameters)
              Wrong.build_rpc_orphan(String): builds a message that no method sends (expected: a method rpc_orphan with the same parameters)""");
    assertThat(bench.transport.declared()).isEmpty();
  }

  interface Generic<T> {
    void message_echo(T value);

    T rpc_echo();
  }

  @Test
  void interfaceWithTypeParametersIsRefused() {
    assertThatThrownBy(() -> bench.create(Generic.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            org.postage.producer.ProducerCompilerTest$Generic can't be a producer:
              Generic: has type parameters (expected: an interface without any)
              Generic.rpc_echo(): returns T (expected: a value's type, Result, CompletableFuture of either, ReplyQueue or Replies of a value's type)""");
  }

  @Test
  void classIsRefused() {
    assertThatThrownBy(() -> bench.create(String.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("java.lang.String: a class (expected: an interface)");
  }

  interface WrongBuilderParameters {
    void message_echo(String text);

    default Message build_message_echo(Object text) {
      return Message.command("echo", text);
    }
  }

  @Test
  void builderWithOtherParametersIsRefused() {
    assertThatThrownBy(() -> bench.create(WrongBuilderParameters.class))
        .hasMessage(
            """
            org.postage.producer.ProducerCompilerTest$WrongBuilderParameters can't be a producer:
              WrongBuilderParameters.build_message_echo(Object): builds a message that no method sends (expected: a method message_echo with the same parameters)""");
  }

  interface Evil {
    @com.fasterxml.jackson.annotation.JsonTypeInfo(
        use = com.fasterxml.jackson.annotation.JsonTypeInfo.Id.CLASS)
    record Named(String name) {}

    List<Named> rpc_evil();
  }

  @Test
  void returnTypeThatTheReplyWouldNameIsRefused() {
    assertThatThrownBy(() -> bench.create(Evil.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            org.postage.producer.ProducerCompilerTest$Evil can't be a producer:
              Evil.rpc_evil(): returns java.util.List<org.postage.producer.ProducerCompilerTest$Evil$Named>, which can't be read: \
            org.postage.producer.ProducerCompilerTest$Evil$Named: @JsonTypeInfo by class name (expected: use = NAME, with the subtypes listed)""");
  }

  @Test
  void interfaceWithoutMethodsIsTaken() {
    assertThat(new ProducerCompiler(Empty.class, bench.encoders).compile()).isEmpty();
  }

  interface Empty {
    static String helper() {
      return "static methods are nobody's concern";
    }
  }

  interface RedeclaresObjectsMethods {
    void message_echo(String text);

    @Override
    String toString();

    @Override
    boolean equals(@Nullable Object other);

    @Override
    int hashCode();
  }

  @Test
  void objectsOwnMethodsMayBeDeclaredAgain() {
    RedeclaresObjectsMethods producer = bench.create(RedeclaresObjectsMethods.class);

    assertThat(producer.equals(producer)).isTrue();
    assertThat(producer)
        .hasToString("producer org.postage.producer.ProducerCompilerTest$RedeclaresObjectsMethods");
  }
}
