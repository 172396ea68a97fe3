package org.postage.encoding;

import java.util.Collection;
import org.postage.message.SafeText;

/** A body came in an encoding that nobody here reads. */
public final class UnsupportedContentTypeException extends EncodingException {
  private final String contentType;

  UnsupportedContentTypeException(String contentType, Collection<String> supported) {
    super(
        "content type: '"
            + SafeText.of(contentType)
            + "' (expected: "
            + String.join(" or ", supported)
            + ", or none)");
    this.contentType = contentType;
  }

  /** What was announced, as it came. */
  public String contentType() {
    return contentType;
  }
}
