package org.postage.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postage.transport.ManualTimer;

class TenanciesTest {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(13);

  private static final class Picky implements Tenant {
    boolean isFailing = true;
    int attempts;
    final List<String> lost = new ArrayList<>();

    @Override
    public void open(BrokerConnection connection) throws IOException {
      attempts++;
      if (isFailing) {
        throw new IOException("refused");
      }
    }

    @Override
    public void lost(Throwable cause) {
      lost.add(String.valueOf(cause.getMessage()));
    }
  }

  private final ManualTimer timer = new ManualTimer(false);
  private final List<Throwable> failures = new ArrayList<>();
  private final Tenancies tenancies =
      new Tenancies(new LinkLoop("test", timer, timer), failures::add);
  private final Picky tenant = new Picky();

  @Test
  void oneAttemptWaitsHoweverOftenTheConnectionIsMadeAnew() {
    tenancies.add(tenant, false);
    for (int i = 0; i < 10; i++) {
      tenancies.connected(new FakeConnection().broker);
      tenancies.disconnected(new IOException("lost"));
    }
    tenancies.connected(new FakeConnection().broker);

    assertThat(timer.waiting()).isEqualTo(1);
    assertThat(tenant.attempts).isEqualTo(11);
    assertThat(failures).hasSize(11);
  }

  @Test
  void tenantIsTriedUntilItIsOpenAndThenLeftInPeace() {
    tenancies.add(tenant, false);
    tenancies.connected(new FakeConnection().broker);
    timer.advance(LONGEST_PAUSE);
    int before = tenant.attempts;
    assertThat(before).isGreaterThan(2);
    tenant.isFailing = false;

    timer.advance(LONGEST_PAUSE);
    timer.advance(LONGEST_PAUSE);

    assertThat(tenant.attempts).isEqualTo(before + 1);
    assertThat(timer.waiting()).isZero();
  }

  @Test
  void tenantThatIsRemovedIsNotTriedAgain() {
    tenancies.add(tenant, false);
    tenancies.connected(new FakeConnection().broker);

    tenancies.remove(tenant);
    timer.advance(LONGEST_PAUSE);

    assertThat(tenant.attempts).isEqualTo(1);
    assertThat(tenant.lost).containsExactly("stopped");
  }

  @Test
  void onlyWhatWasOpenedIsLost() {
    Picky open = new Picky();
    tenancies.add(tenant, false);
    tenancies.add(open, true);

    tenancies.disconnected(new IOException("gone"));

    assertThat(tenant.lost).isEmpty();
    assertThat(open.lost).containsExactly("gone");
  }
}
