/**
 * Peers in Python that tests talk with.
 *
 * <p>Start at {@link PythonPeer}.
 */
@NullMarked
package org.postage.python;

import org.jspecify.annotations.NullMarked;
