/**
 * What a broker does, without a socket: exchanges route, queues keep, consumers take, messages die
 * and expire.
 *
 * <p>Start at {@link org.postage.embedded.model.VirtualHost#publish} and follow a message to {@link
 * org.postage.embedded.model.Queue} and {@link org.postage.embedded.model.Channel}. One lock, that
 * of {@link org.postage.embedded.model.Broker}, guards everything here; time comes from {@link
 * org.postage.embedded.model.Timetable} alone. The package is public only for its siblings.
 */
@NullMarked
package org.postage.embedded.model;

import org.jspecify.annotations.NullMarked;
