/**
 * Services among those of nameko and micro_framework.
 *
 * <p>Start at {@link org.postage.service.Runner}. A service's method is a handler as any other;
 * only how messages look is another {@link org.postage.handler.Protocol}.
 */
@NullMarked
package org.postage.service;

import org.jspecify.annotations.NullMarked;
