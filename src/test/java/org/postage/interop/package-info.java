/**
 * Java and Python talk with each other.
 *
 * <p>The Python side is {@link org.postage.python.PythonPeer}.
 */
@NullMarked
package org.postage.interop;

import org.jspecify.annotations.NullMarked;
