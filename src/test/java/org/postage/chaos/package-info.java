/**
 * Nothing lost, nothing hung: the library under faults, and a ledger that would notice.
 *
 * <p>Each scenario is an {@code *IT} here: short in every build, whole with {@code ./verify
 * --chaos}; those tagged {@code cluster} only with {@code ./verify --cluster}. Start at {@link
 * Ledger}, then {@link Stage}; {@code README.rst} tells what each scenario does and what it found.
 */
@NullMarked
package org.postage.chaos;

import org.jspecify.annotations.NullMarked;
