package org.postage;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.postage.handler.Processor;
import org.postage.message.Fingerprint;
import org.postage.topology.Address;
import org.postage.topology.Binding;
import org.postage.topology.Queue;

/**
 * A component that can be addressed: by its name, its host, its groups, or alone; all of those or
 * one in turn. It answers {@code ping}, and joins and leaves groups when told to. Thread-safe.
 *
 * <p>{@link Address} builds the keys to send to it.
 */
public final class GenericApplication implements AutoCloseable {
  // Two applications in one process have one process id; their own queues have to differ all the
  // same.
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Fingerprint fingerprint;
  private final Set<String> groups;
  private final Consumer<String> log;
  private final MessageProcessor processor;

  private GenericApplication(Builder builder) {
    fingerprint = builder.fingerprint;
    groups = new LinkedHashSet<>(builder.groups);
    log = builder.log;
    builder.processor.replaceableHandlers(new ApplicationHandlers(this, builder.postage.control()));
    bindings().forEach(builder.processor::bind);
    groups.forEach(group -> groupBindings(group).forEach(builder.processor::bind));
    processor =
        builder
            .processor
            .name(name())
            .fingerprint(fingerprint)
            .onStop(() -> log.accept("offline"))
            .start();
    log.accept("online");
  }

  /** Its name. */
  public String name() {
    return fingerprint.name();
  }

  /**
   * Who it is. Its process id has a count behind it where another application runs in the same
   * process.
   */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** The queue that it shares with all of its name. */
  public String sid() {
    return name();
  }

  /** The queue that it shares with all of its name on its host. */
  public String hid() {
    return name() + "@" + fingerprint.host();
  }

  /** The queue that is its own. */
  public String uid() {
    return fingerprint.pid() + "@" + fingerprint.host();
  }

  /** The groups that it is in. */
  public Set<String> groups() {
    synchronized (groups) {
      return Set.copyOf(groups);
    }
  }

  /** Joins a group: what is sent to all of it, and its turn of what is sent to one of it. */
  public void joinGroup(String group) {
    joinGroup(group, processor);
  }

  void joinGroup(String group, Processor where) {
    if (groups().contains(group)) {
      return;
    }
    groupBindings(group).forEach(where::bind);
    synchronized (groups) {
      groups.add(group);
    }
    log.accept("joined " + group);
  }

  /** Leaves a group. */
  public void leaveGroup(String group) {
    leaveGroup(group, processor);
  }

  void leaveGroup(String group, Processor where) {
    if (!groups().contains(group)) {
      return;
    }
    where.unbind(ofAll(group));
    // The queue is the group's: its binding stays, for those who are still in it.
    where.cancel(ofOne(group).queue().name());
    synchronized (groups) {
      groups.remove(group);
    }
    log.accept("left " + group);
  }

  /** What consumes and runs its handlers. */
  public MessageProcessor processor() {
    return processor;
  }

  /** Waits until it has stopped: by {@link #close}, or told to {@code quit}. */
  public void join() {
    processor.join();
  }

  /** Stops, and waits for running handlers. Harmless when stopped already. */
  @Override
  public void close() {
    processor.close();
  }

  private List<Binding> bindings() {
    Queue all = Queue.named(sid()).autoDelete();
    Queue host = Queue.named(hid()).autoDelete();
    Queue own = Queue.named(uid()).autoDelete();
    return List.of(
        bound(all, Address.one(name())),
        bound(own, Address.all(name())),
        bound(own, Address.allOnHost(fingerprint.host())),
        bound(host, Address.oneOnHost(name(), fingerprint.host())),
        bound(own, Address.allOnHost(name(), fingerprint.host())),
        bound(own, Address.instance(fingerprint.pid(), fingerprint.host())));
  }

  private Binding ofAll(String group) {
    return bound(Queue.named(uid()).autoDelete(), Address.allInGroup(name(), group));
  }

  private Binding ofOne(String group) {
    Queue queue = Queue.named(Address.allInGroup(name(), group).routingKey());
    return bound(queue, Address.oneInGroup(name(), group));
  }

  private List<Binding> groupBindings(String group) {
    return List.of(ofAll(group), ofOne(group));
  }

  private static Binding bound(Queue queue, Address address) {
    return Address.EXCHANGE.to(queue, address.routingKey());
  }

  private static String pid(Fingerprint process) {
    int count = COUNT.incrementAndGet();
    return count == 1 ? process.pid() : process.pid() + "-" + count;
  }

  /** Not thread-safe; for one application. */
  public static final class Builder {
    private final Postage postage;
    private final MessageProcessor.Builder processor;
    private final List<String> groups = new ArrayList<>();
    private Fingerprint fingerprint;
    private Consumer<String> log = status -> {};

    Builder(Postage postage, String name) {
      this.postage = postage;
      processor = postage.processor();
      // Refuses a name that no address could be made of.
      fingerprint =
          postage.fingerprint().withName(Address.all(name).routingKey()).withType("application");
    }

    /** Adds handlers: see {@link MessageProcessor.Builder#handlers}. */
    public Builder handlers(Object... handlers) {
      processor.handlers(handlers);
      return this;
    }

    /** The groups that it is in from the start. */
    public Builder groups(String... names) {
      groups.addAll(List.of(names));
      return this;
    }

    /** The fingerprint's kind. {@code application} unless set. */
    public Builder type(String value) {
      fingerprint = fingerprint.withType(value);
      return this;
    }

    /**
     * Hears what becomes of the application: {@code online}, {@code joined GROUP}, {@code left
     * GROUP}, {@code offline}. Usually a method of a producer, so that the network hears it too:
     * {@code logTo(logging::message_status)}.
     */
    public Builder logTo(Consumer<String> listener) {
      log = requireNonNull(listener, "listener");
      return this;
    }

    /** More about how it consumes: concurrency, prefetch, executor, tasks. */
    public Builder processor(Consumer<MessageProcessor.Builder> settings) {
      settings.accept(processor);
      return this;
    }

    /**
     * Declares, binds and starts to consume.
     *
     * @throws org.postage.transport.TransportException if the broker refuses
     */
    public GenericApplication start() {
      fingerprint = fingerprint.withPid(GenericApplication.pid(fingerprint));
      return new GenericApplication(this);
    }
  }
}
