/**
 * The one shape in which something is put around a step: on the way out and on the way in.
 *
 * <p>Start at {@link org.postage.pipeline.Interceptor}.
 */
@NullMarked
package org.postage.pipeline;

import org.jspecify.annotations.NullMarked;
