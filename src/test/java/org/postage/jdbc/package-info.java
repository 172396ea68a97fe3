/** Tests of what is remembered in a database, on H2 and on a PostgreSQL of the tests' own. */
@NullMarked
package org.postage.jdbc;

import org.jspecify.annotations.NullMarked;
