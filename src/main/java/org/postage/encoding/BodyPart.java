package org.postage.encoding;

import org.jspecify.annotations.Nullable;

/** An object or a list of a body, and the bytes that it was or will be read from. */
sealed interface BodyPart permits BodyObject, BodyList {
  /** The body; null where what was read were not its bytes as they came. */
  @Nullable BodySource source();

  /** Where it begins. */
  int from();

  /** The byte after its last one. */
  int to();
}
