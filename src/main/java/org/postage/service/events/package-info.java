/** Events of services, as nameko and micro_framework send them. */
@NullMarked
package org.postage.service.events;

import org.jspecify.annotations.NullMarked;
