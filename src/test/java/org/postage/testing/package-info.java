@NullMarked
package org.postage.testing;

import org.jspecify.annotations.NullMarked;
