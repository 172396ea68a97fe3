/** Tests of handlers, over a transport in memory. */
@NullMarked
package org.postage.handler;

import org.jspecify.annotations.NullMarked;
