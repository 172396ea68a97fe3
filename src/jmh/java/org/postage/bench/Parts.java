package org.postage.bench;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/** The library's own part of a message's way, beside bare Jackson on the same bytes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Parts {
  /** One handler. */
  @State(Scope.Thread)
  public static class Library {
    final NoBroker library = new NoBroker();
    final Delivery delivery = NoBroker.delivery(library.send(Order.SAMPLE));
    final byte[] body = delivery.message().body();
  }

  /** One handler, and others of other messages. */
  @State(Scope.Thread)
  public static class Handlers {
    /** How many in all. */
    @Param({"1", "1000"})
    public int handlers;

    private @Nullable NoBroker library;
    private @Nullable Delivery delivery;

    /** Once for each number. */
    @Setup
    public void prepare() throws Exception {
      library =
          handlers == 1 ? new NoBroker() : new NoBroker(ManyMethods.newHandlers(handlers - 1));
      delivery = NoBroker.delivery(library.send(Order.SAMPLE));
    }
  }

  /** From the call of an interface's method to the bytes of its message. */
  @Benchmark
  public RawMessage send(Library state) {
    return state.library.send(Order.SAMPLE);
  }

  /** The same bytes. */
  @Benchmark
  public byte[] sendByJackson() {
    return Wire.message(Order.SAMPLE);
  }

  /** From bytes to the handler's argument. */
  @Benchmark
  public Order receive(Library state) {
    return state.library.receive(state.delivery);
  }

  /** The same argument. */
  @Benchmark
  public Order receiveByJackson(Library state) {
    return Wire.order(state.body);
  }

  /** The same among any number of handlers. */
  @Benchmark
  public Order dispatch(Handlers state) {
    return requireNonNull(state.library, "library")
        .receive(requireNonNull(state.delivery, "delivery"));
  }
}
