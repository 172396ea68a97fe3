/** A transport in memory, for tests of what stands on one. */
@NullMarked
package org.postage.transport;

import org.jspecify.annotations.NullMarked;
