/**
 * Calls between services, as nameko and micro_framework make them.
 *
 * <p>{@link org.postage.service.rpc.RpcClient} calls; nothing on the far side has to change.
 */
@NullMarked
package org.postage.service.rpc;

import org.jspecify.annotations.NullMarked;
