package org.postage.embedded.wire;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Something that threads pass, or wait at while it is shut. Thread-safe. */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private volatile boolean shut;

  boolean isShut() {
    return shut;
  }

  void shut() {
    shut = true;
  }

  void open() {
    lock.lock();
    try {
      shut = false;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void pass() throws InterruptedException {
    if (!shut) {
      return;
    }
    lock.lock();
    try {
      while (shut) {
        opened.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
