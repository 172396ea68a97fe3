/**
 * Spans for OpenTelemetry, whose API has to be on the class path.
 *
 * <p>Start at {@link org.postage.tracing.PostageTracing}. Nobody else in the library needs it:
 * without it, a message's trace headers travel on to what its handlers send all the same.
 */
@NullMarked
package org.postage.tracing;

import org.jspecify.annotations.NullMarked;
