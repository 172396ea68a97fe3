package org.postage.service.rpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.postage.encoding.EncodingException;
import org.postage.encoding.LimitExceededException;
import org.postage.encoding.Limits;
import org.postage.message.SafeText;
import org.postage.transport.RawMessage;

/**
 * A body of JSON as kombu sends it: maybe compressed, which a header tells. Inflated only up to
 * what a body may have.
 *
 * @see <a href="https://docs.celeryq.dev/projects/kombu/">kombu</a>
 */
public final class KombuBody {
  private static final String COMPRESSION = "compression";
  private static final Set<String> GZIP = Set.of("application/x-gzip", "gzip", "zlib");
  private static final int GZIP_MAGIC = 0x1f;

  private KombuBody() {}

  /**
   * The body as it was before it was compressed.
   *
   * @throws EncodingException if it is no JSON, is compressed in a way that is not read, or damaged
   * @throws LimitExceededException if it would be too big
   */
  public static byte[] of(RawMessage message) {
    String type = message.contentType();
    if (type != null && !type.isEmpty() && !type.startsWith("application/json")) {
      throw new EncodingException(
          "content type: '" + SafeText.of(type) + "' (expected: application/json)");
    }
    Object compression = message.headers().get(COMPRESSION);
    if (compression == null) {
      return message.body();
    } else if (!GZIP.contains(String.valueOf(compression))) {
      throw new EncodingException(
          "header compression: '"
              + SafeText.of(compression)
              + "' (expected: application/x-gzip, or none)");
    }
    return inflated(message.body());
  }

  // What kombu calls gzip is a stream of zlib.
  private static byte[] inflated(byte[] body) {
    int limit = Limits.DEFAULT.maxBodyBytes();
    try (InputStream in =
        body.length > 0 && body[0] == GZIP_MAGIC
            ? new GZIPInputStream(new ByteArrayInputStream(body))
            : new InflaterInputStream(new ByteArrayInputStream(body))) {
      byte[] inflated = in.readNBytes(limit + 1);
      if (inflated.length > limit) {
        throw new LimitExceededException(
            "compressed body: more than " + limit + " bytes (expected: at most " + limit + ")");
      }
      return inflated;
    } catch (IOException e) {
      throw new EncodingException("compressed body of " + body.length + " bytes: damaged", e);
    }
  }
}
