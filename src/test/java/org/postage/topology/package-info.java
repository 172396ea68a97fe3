/** Tests of exchanges, queues and addresses. */
@NullMarked
package org.postage.topology;

import org.jspecify.annotations.NullMarked;
