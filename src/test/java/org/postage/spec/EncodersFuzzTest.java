package org.postage.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postage.encoding.CborEncoder;
import org.postage.encoding.Encoder;
import org.postage.encoding.JsonEncoder;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageFormat;
import org.postage.message.PostageException;
import org.postage.message.Result;

/** About {@link JsonEncoder}, {@link CborEncoder} and {@link MessageFormat}, with random input. */
class EncodersFuzzTest {
  private static final int TREES = 2_000;
  private static final int MUTATIONS = 20_000;
  private static final long SEED = Long.getLong("postage.seed", 1);

  static Stream<Encoder> encoders() {
    return Stream.of(new JsonEncoder(), new CborEncoder());
  }

  @ParameterizedTest
  @MethodSource("encoders")
  @SuppressWarnings(
      "NullAway") // Older compilers don't find the record's @Nullable in its class file.
  void randomContentSurvives(Encoder encoder) {
    for (long seed = SEED; seed < SEED + TREES; seed++) {
      // UTF-8 can't hold lone surrogates, JSON's escapes can.
      ContentTrees trees = new ContentTrees(seed, encoder instanceof JsonEncoder);
      Message message =
          new Message(
              MessageCategory.MESSAGE,
              "custom",
              "name",
              trees.object(),
              trees.object(),
              trees.object());

      byte[] body = encoder.encode(MessageFormat.toMap(message));

      assertThat(MessageFormat.fromMap(encoder.decode(body)))
          .as("-Dpostage.seed=" + seed)
          .isEqualTo(message);
    }
  }

  @ParameterizedTest
  @MethodSource("encoders")
  void damagedBodiesNeverGiveAnythingButPostageExceptions(Encoder encoder) {
    byte[][] bodies = bodies(encoder);
    for (long seed = SEED; seed < SEED + MUTATIONS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] damaged = Damage.done(bodies[random.nextInt(bodies.length)].clone(), random);
      try {
        Message message = MessageFormat.fromMap(encoder.decode(damaged));
        assertThat(Result.of(message)).isNotNull();
        assertThat(encoder.convert(message.content(), Map.class, "$.content")).isNotNull();
      } catch (PostageException e) {
        assertThat(e.getMessage()).doesNotContain("\n", "\u001b");
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "-Dpostage.seed="
                + seed
                + " with "
                + encoder.contentType()
                + ": "
                + Arrays.toString(damaged),
            e);
      }
    }
  }

  private static byte[][] bodies(Encoder encoder) {
    Map<String, @Nullable Object> content = new ContentTrees(7, false).object();
    return Stream.of(
            Result.success("text"),
            Result.success(List.of(1, 2.5, true, Map.of("a", List.of()))),
            Result.error("why"),
            Result.success(content))
        .map(result -> encoder.encode(MessageFormat.toMap(result.toMessage())))
        .toArray(byte[][]::new);
  }
}
