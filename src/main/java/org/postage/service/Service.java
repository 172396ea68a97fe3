package org.postage.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A class of which methods answer calls ({@link Rpc}), hear events ({@link EventListener}) and run
 * at times ({@link Every}).
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Service {
  /** What it is called in the network: letters, digits, {@code _} and {@code -}. */
  String value();
}
