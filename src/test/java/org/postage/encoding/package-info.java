/** Tests of dictionaries to bytes and back. */
@NullMarked
package org.postage.encoding;

import org.jspecify.annotations.NullMarked;
