/**
 * The code blocks of the README that are no demo's: compiled in every build, and compared with it.
 */
@NullMarked
package org.postage.readme;

import org.jspecify.annotations.NullMarked;
