package org.postage.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postage.chaos.Chaos;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoder;
import org.postage.encoding.EncodingException;
import org.postage.encoding.JsonEncoder;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageFormat;

/**
 * About decoding what the protocol's good vectors become when they are damaged: 20,000 of them, or
 * 500,000 with {@code -Dpostage.chaos=gate}.
 *
 * <p>Time is the thread's own processor time: a pause for garbage and a busy machine do not count,
 * nor do the first 2,000, which the JVM still interprets. Memory is what the thread allocated.
 */
class EnvelopeMutantsTest {
  private static final long SEED = Long.getLong("postage.seed", 1);
  private static final int COUNT =
      "gate".equals(System.getProperty("postage.chaos")) ? 500_000 : 20_000;
  private static final int WARM_UP = 2_000;
  private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MAX_ALLOCATED = 32L << 20;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Body(Encoder encoder, byte[] bytes) {}

  @Test
  void damagedEnvelopesGiveTypedErrorsSoonAndInLittleMemory() {
    List<Body> bodies = bodies();
    ThreadMXBean meter = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    long longest = 0;
    long largest = 0;
    for (long seed = SEED; seed < SEED + WARM_UP + COUNT; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Body body = bodies.get(random.nextInt(bodies.size()));
      byte[] damaged = Damage.done(body.bytes.clone(), random);
      long allocated = meter.getCurrentThreadAllocatedBytes();
      long start = meter.getCurrentThreadCpuTime();
      refused += isRefused(body.encoder, damaged, seed) ? 1 : 0;
      if (seed >= SEED + WARM_UP) {
        longest = Math.max(longest, meter.getCurrentThreadCpuTime() - start);
        largest = Math.max(largest, meter.getCurrentThreadAllocatedBytes() - allocated);
      }
    }

    String found =
        String.format(
            Locale.ROOT,
            "%d mutants, %d refused, at most %.1f ms and %d KiB each",
            WARM_UP + COUNT,
            refused,
            longest / 1e6,
            largest >> 10);
    System.out.println(found);
    Chaos.enter("G7", "damaged envelopes, decoded in process", found);
    assertThat(refused).isBetween(COUNT / 10, COUNT + WARM_UP);
    assertThat(longest).isLessThan(MAX_NANOS);
    assertThat(largest).isLessThan(MAX_ALLOCATED);
  }

  private static List<Body> bodies() {
    JsonEncoder json = new JsonEncoder();
    CborEncoder cbor = new CborEncoder();
    List<Body> bodies = new ArrayList<>();
    for (Vector vector : Vector.all("good")) {
      bodies.add(new Body(json, vector.body()));
      try {
        bodies.add(new Body(cbor, cbor.encode(json.decode(vector.body()))));
      } catch (EncodingException e) {
        // What JSON holds and CBOR can't, as a lone surrogate.
      }
    }
    return bodies;
  }

  private static boolean isRefused(Encoder encoder, byte[] damaged, long seed) {
    try {
      Message message = MessageFormat.fromMap(encoder.decode(damaged));
      encoder.convert(message.content(), Map.class, "$.content");
      return false;
    } catch (EncodingException | MalformedMessageException e) {
      return true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "-Dpostage.seed=" + seed + ", " + encoder.contentType() + ": " + Arrays.toString(damaged),
          e);
    }
  }
}
