/**
 * Dictionaries to bytes and back.
 *
 * <p>Start at {@link org.postage.encoding.Encoder}. This is the only package that sees Jackson.
 * Nothing that is read is trusted: {@link org.postage.encoding.Limits} hold while a body is parsed,
 * and no class is ever named by a body.
 */
@NullMarked
package org.postage.encoding;

import org.jspecify.annotations.NullMarked;
