@NullMarked
package org.postage.service.rpc;

import org.jspecify.annotations.NullMarked;
