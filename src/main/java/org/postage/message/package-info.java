/**
 * The protocol's values: messages, fingerprints and results, and their dictionary form.
 *
 * <p>Start at {@link org.postage.message.Message}. Nothing here knows an encoding, a broker or any
 * other package of the library. The protocol is stated in {@code protocol-spec/message-v2.rst}.
 */
@NullMarked
package org.postage.message;

import org.jspecify.annotations.NullMarked;
