/**
 * Integration tests of the front door, over a real broker.
 *
 * <p>Each makes its connections by {@link org.postage.TestPostage}.
 */
@NullMarked
package org.postage;

import org.jspecify.annotations.NullMarked;
