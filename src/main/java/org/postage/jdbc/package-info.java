/**
 * What was handled, remembered in a database, in one transaction with what handlers write there.
 *
 * <p>Start at {@link org.postage.jdbc.JdbcIdempotencyStore}. The driver, and a pool of connections,
 * are the program's own.
 */
@NullMarked
package org.postage.jdbc;

import org.jspecify.annotations.NullMarked;
