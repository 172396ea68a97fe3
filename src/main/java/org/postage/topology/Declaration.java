package org.postage.topology;

/** What to do about an exchange or a queue that may exist already. */
public enum Declaration {
  /** Declare it; where it exists with other flags, use it as it is and warn once. The default. */
  ADOPT,
  /** Declare it; where it exists with other flags, fail. */
  STRICT,
  /** Never declare it: it has to exist, with whatever flags. */
  PASSIVE
}
