/**
 * The demos as a newcomer starts them, by {@code demos/run}.
 *
 * <p>Start at {@link DemosIT}.
 */
@NullMarked
package org.postage.demos;

import org.jspecify.annotations.NullMarked;
