package org.postage.handler;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.OutputStream;
import java.io.PrintStream;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.Param;
import org.postage.transport.Delivery;
import org.postage.transport.InMemoryTransport;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;

/**
 * About {@link Dispatcher} and what it gives to handlers, with any bytes: they fit, or they are
 * rejected. To look for more: {@code JAZZER_FUZZ=1 mvn test -Dtest=BindingJazzerTest}.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // For one call at a time.
class BindingJazzerTest {
  private enum Colour {
    RED,
    GREEN
  }

  private record Part(String name, int count, @Nullable Part inner) {}

  private record Order(
      long id,
      List<Part> parts,
      Map<String, Double> prices,
      Optional<Colour> colour,
      Instant at,
      boolean isPaid) {}

  @SuppressWarnings("unused") // Called by their names only.
  static final class Receiver {
    @MessageHandler("order")
    void order(Order order) {}

    @MessageHandler("orders")
    void orders(List<Order> orders) {}

    @MessageHandler("map")
    void map(Map<String, Object> map) {}

    @MessageHandler("int")
    void integer(int number) {}

    @MessageHandler("long")
    void big(Long number) {}

    @MessageHandler("big")
    void big(BigInteger number) {}

    @MessageHandler("double")
    void floating(double number) {}

    @MessageHandler("bool")
    void bool(boolean value) {}

    @MessageHandler("text")
    void text(String text) {}

    @MessageHandler("bytes")
    void bytes(byte[] bytes) {}

    @MessageHandler("colour")
    void colour(Colour colour) {}

    @MessageHandler("date")
    void date(LocalDate date) {}

    @MessageHandler("duration")
    void duration(Duration duration) {}

    @MessageHandler("parts")
    void parts(@Param("a") int a, @Param("b") String b, @Param("c") List<Part> c) {}

    @MessageHandler("whole")
    void whole(Message whole) {}

    @RpcHandler("order")
    Order answer(Order order) {
      return order;
    }

    @RpcHandler("parts")
    Object answer(@Param("a") int a, @Param("b") Map<String, Object> b) {
      return b;
    }
  }

  private static final Encoders ENCODERS =
      Encoders.of(List.of(new JsonEncoder(), new CborEncoder()));
  private static final HandlerTable TABLE = table();
  private static final Desk DESK = new Desk();
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);

  private static @Nullable Throwable failure;

  @FuzzTest(maxDuration = "60s")
  void dispatch(byte[] input) {
    boolean isCbor = input.length > 0 && input[0] < 0;
    RawMessage message =
        RawMessage.of(input)
            .contentType(isCbor ? CborEncoder.CONTENT_TYPE : null)
            .replyTo(Desk.REPLY_TO)
            .build();
    failure = null;
    PrintStream before = System.err;
    // What is rejected is warned of.
    System.setErr(NOWHERE);
    Outcome outcome;
    try {
      outcome =
          new Dispatcher(
                  TABLE,
                  new PostageProtocol(ENCODERS, Dispatcher.SERVER_NAMED),
                  new InMemoryTransport(),
                  DESK,
                  Recovery.REJECT,
                  new DeliveryCounts())
              .onDelivery(new Delivery(message, "queue", "exchange", "key", false));
    } finally {
      System.setErr(before);
    }
    if (outcome == Outcome.REQUEUE) {
      throw new AssertionError("given back");
    }
    if (failure != null) {
      throw new AssertionError("neither fits nor is refused", failure);
    }
  }

  private static HandlerTable table() {
    return new HandlerCompiler(ENCODERS)
        .intercept(
            (invocation, next) -> {
              try {
                return next.proceed(invocation);
              } catch (UnfitMessageException e) {
                throw e;
              } catch (Throwable t) {
                failure = t;
                throw t;
              }
            })
        .add(new Receiver())
        .compile();
  }
}
