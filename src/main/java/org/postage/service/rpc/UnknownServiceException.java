package org.postage.service.rpc;

import org.postage.message.PostageException;

/**
 * Nobody is there to be called: no queue is bound for such requests. The call was not made. With
 * nameko it is the service that is missing; with micro_framework it may be the target alone.
 */
public final class UnknownServiceException extends PostageException {
  UnknownServiceException(String missing, Throwable cause) {
    super(missing + " is not there (expected: a service that has been started once)", cause);
  }
}
