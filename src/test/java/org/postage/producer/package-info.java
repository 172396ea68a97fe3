/** Tests of producers, over a transport in memory. */
@NullMarked
package org.postage.producer;

import org.jspecify.annotations.NullMarked;
