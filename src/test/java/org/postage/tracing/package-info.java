/** Tests of the spans. */
@NullMarked
package org.postage.tracing;

import org.jspecify.annotations.NullMarked;
