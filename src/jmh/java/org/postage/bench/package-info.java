/**
 * What this library costs, measured side by side with others: see {@code ./bench --help}.
 *
 * <p>Start at {@link Bench}, which runs each {@link Scenario} with each {@link Contestant} in a JVM
 * of its own ({@link Child}). A {@link Peer} is a library in one configuration.
 */
@NullMarked
package org.postage.bench;

import org.jspecify.annotations.NullMarked;
