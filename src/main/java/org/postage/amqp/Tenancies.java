package org.postage.amqp;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tenants of a link: opened on each of its connections, and again, after growing pauses, where
 * that failed or what was opened is gone. Used on the link's loop, unless it is said otherwise.
 */
final class Tenancies {
  private static final class Tenancy {
    final Tenant tenant;
    final Backoff backoff = new Backoff();
    boolean isOpen;
    // Why it could not be opened; null while it is open, or that was not tried. Read anywhere.
    volatile @Nullable String trouble;
    // The next attempt: never more than one waits.
    @Nullable Future<?> attempt;
    long openedAt = System.nanoTime() - 2 * Link.LIVED_NANOS;

    Tenancy(Tenant tenant) {
      this.tenant = tenant;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Tenancies.class);

  private final LinkLoop loop;
  private final Consumer<Throwable> onFailure;
  private final List<Tenancy> all = new CopyOnWriteArrayList<>();
  private @Nullable BrokerConnection current;

  /**
   * None yet.
   *
   * @param onFailure hears why something could not be opened: the connection may be in doubt
   */
  Tenancies(LinkLoop loop, Consumer<Throwable> onFailure) {
    this.loop = loop;
    this.onFailure = onFailure;
  }

  /** One more, which was opened already or is to be. */
  void add(Tenant tenant, boolean isOpen) {
    Tenancy tenancy = new Tenancy(tenant);
    tenancy.isOpen = isOpen;
    all.add(tenancy);
    if (!isOpen && current != null) {
      openLater(tenancy);
    }
  }

  void remove(Tenant tenant) {
    all.removeIf(tenancy -> tenancy.tenant == tenant);
    loop.guarded(() -> tenant.lost(new IOException("stopped")));
  }

  /** There is a connection: opens all. */
  void connected(BrokerConnection connection) {
    current = connection;
    for (Tenancy tenancy : all) {
      open(tenancy);
      loop.progress();
    }
  }

  /** There is none any more. */
  void disconnected(Throwable cause) {
    current = null;
    for (Tenancy tenancy : all) {
      tenancy.trouble = null;
      if (tenancy.isOpen) {
        tenancy.isOpen = false;
        loop.guarded(() -> tenancy.tenant.lost(cause));
      }
    }
  }

  /** One lost what it had on a connection that still stands: opens it anew. */
  void reopen(Tenant tenant, Throwable cause) {
    for (Tenancy tenancy : all) {
      if (tenancy.tenant == tenant && tenancy.isOpen) {
        tenancy.isOpen = false;
        loop.guarded(() -> tenant.lost(cause));
        reopenSoon(tenancy);
      }
    }
  }

  void blocked(@Nullable String reason) {
    all.forEach(tenancy -> tenancy.tenant.blocked(reason));
  }

  /** Why one of them can't be opened at the moment; null if nothing is wrong. From any thread. */
  @Nullable String trouble() {
    for (Tenancy tenancy : all) {
      String trouble = tenancy.trouble;
      if (trouble != null) {
        return trouble;
      }
    }
    return null;
  }

  // At once where that is no hot loop: everybody else's messages wait meanwhile.
  private void reopenSoon(Tenancy tenancy) {
    if (System.nanoTime() - tenancy.openedAt > Link.LIVED_NANOS) {
      tenancy.backoff.reset();
      open(tenancy);
    } else {
      openLater(tenancy);
    }
  }

  private void openLater(Tenancy tenancy) {
    forgetAttempt(tenancy);
    tenancy.attempt = loop.later(() -> open(tenancy), tenancy.backoff.nextMillis());
  }

  private void open(Tenancy tenancy) {
    forgetAttempt(tenancy);
    BrokerConnection connection = current;
    if (connection == null || tenancy.isOpen || !all.contains(tenancy)) {
      return;
    }
    try {
      tenancy.tenant.open(connection);
      tenancy.isOpen = true;
      tenancy.trouble = null;
      tenancy.openedAt = System.nanoTime();
    } catch (IOException | TimeoutException | RuntimeException e) {
      tenancy.tenant.failed(e);
      tenancy.trouble = "cannot open " + tenancy.tenant + ": " + Refusals.why(e);
      LOG.warn("Cannot open {}: {}; trying again", tenancy.tenant, Refusals.why(e));
      onFailure.accept(e);
      openLater(tenancy);
    }
  }

  private static void forgetAttempt(Tenancy tenancy) {
    Future<?> waiting = tenancy.attempt;
    tenancy.attempt = null;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }
}
