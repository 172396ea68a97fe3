/**
 * What this library costs, measured side by side with others: see {@code ./bench --help}.
 *
 * <p>Start at {@code Bench}, which runs each {@code Scenario} with each {@code Contestant} in a JVM
 * of its own ({@code Child}). A {@code Peer} is a library in one configuration. Those are in {@code
 * src/jmh}, which only that program compiles; here is what every build runs.
 */
@NullMarked
package org.postage.bench;

import org.jspecify.annotations.NullMarked;
