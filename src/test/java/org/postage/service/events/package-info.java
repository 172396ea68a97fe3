/** Tests of events between services. */
@NullMarked
package org.postage.service.events;

import org.jspecify.annotations.NullMarked;
