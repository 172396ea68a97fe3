/**
 * For tests of components: a broker, connections and producers injected, and assertions on what was
 * sent.
 *
 * <p>Start at {@link org.postage.testing.PostageTest}. It needs {@code
 * org.junit.jupiter:junit-jupiter-api}, and {@link org.postage.testing.PostageAssertions} needs
 * {@code org.assertj:assertj-core}; the library brings neither along.
 */
@NullMarked
package org.postage.testing;

import org.jspecify.annotations.NullMarked;
