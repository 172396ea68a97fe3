/** Tests of the meters. */
@NullMarked
package org.postage.metrics;

import org.jspecify.annotations.NullMarked;
