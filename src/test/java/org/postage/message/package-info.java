/** Tests of the protocol's values. */
@NullMarked
package org.postage.message;

import org.jspecify.annotations.NullMarked;
