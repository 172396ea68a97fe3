package org.postage;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has every test wait a minute for what it awaits, where it says nothing else: a machine that is
 * busy with something else is no failure, and what comes soon is not waited for any longer.
 */
public final class Patience implements LauncherSessionListener {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(LIMIT);
  }
}
