/**
 * What {@code protocol-spec} says, as tests use it: its schemas and its golden vectors.
 *
 * <p>Start at {@link MessageSchemas}: every body that a test sends can be checked by it, most
 * easily through a {@link ValidatingEncoder}.
 */
@NullMarked
package org.postage.spec;

import org.jspecify.annotations.NullMarked;
