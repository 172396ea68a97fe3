/**
 * Meters for Micrometer, which has to be on the class path.
 *
 * <p>Start at {@link org.postage.metrics.PostageMetrics}. Nobody else in the library needs it.
 */
@NullMarked
package org.postage.metrics;

import org.jspecify.annotations.NullMarked;
