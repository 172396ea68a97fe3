/** State machines under random events: what holds whatever happens, in whatever order. */
@NullMarked
package org.postage.states;

import org.jspecify.annotations.NullMarked;
