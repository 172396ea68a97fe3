package org.postage.testing;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Parameter;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postage.Postage;
import org.postage.embedded.EmbeddedBroker;
import org.postage.topology.Exchange;

/**
 * What {@link PostageTest} does, with settings:
 *
 * <pre>{@code
 * @RegisterExtension
 * final PostageExtension extension =
 *     PostageExtension.builder().postage(p -> p.fingerprint("greeter", "test")).build();
 * }</pre>
 *
 * <p>The broker is started by the first parameter that wants something of it, and closed after the
 * test; where that is a parameter of a constructor or of a {@code @BeforeAll} method, all tests of
 * the class share it. Thread-safe.
 */
public final class PostageExtension implements ParameterResolver {
  /** The system property, or environment variable, that names a RabbitMQ to test against. */
  public static final String URI_PROPERTY = "POSTAGE_TEST_URI";

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(PostageExtension.class);

  private final UnaryOperator<EmbeddedBroker.Builder> brokerSettings;
  private final UnaryOperator<Postage.Builder> postageSettings;

  /** With the settings of {@link PostageTest}. */
  public PostageExtension() {
    this(builder());
  }

  private PostageExtension(Builder builder) {
    brokerSettings = builder.brokerSettings;
    postageSettings = builder.postageSettings;
  }

  /** With other settings. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestBroker.class
        || type == Postage.class
        || type == SentMessages.class
        || parameter.getParameter().isAnnotationPresent(SendTo.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestBroker broker = broker(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == TestBroker.class) {
      return broker;
    } else if (type == SentMessages.class) {
      return broker.sent();
    }
    return type == Postage.class ? postage(context) : producer(parameter.getParameter(), context);
  }

  private Object producer(Parameter parameter, ExtensionContext context) {
    SendTo to = requireNonNull(parameter.getAnnotation(SendTo.class));
    try {
      return postage(context)
          .producer(parameter.getType(), Exchange.of(to.exchange(), to.type()).withKey(to.key()));
    } catch (IllegalArgumentException e) {
      throw new ParameterResolutionException(String.valueOf(e.getMessage()), e);
    }
  }

  /** One for each test, with its producers. */
  private Postage postage(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(Postage.class, key -> broker(context).connect(), Postage.class);
  }

  // The store closes it after the test.
  private TestBroker broker(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(TestBroker.class, key -> start(), TestBroker.class);
  }

  private TestBroker start() {
    String uri = rabbitMqUri();
    if (uri != null) {
      return new TestBroker(null, URI.create(uri), postageSettings);
    }
    EmbeddedBroker embedded = brokerSettings.apply(EmbeddedBroker.builder()).start();
    return new TestBroker(embedded, embedded.uri(), postageSettings);
  }

  private static @Nullable String rabbitMqUri() {
    String property = System.getProperty(URI_PROPERTY);
    String uri = property == null ? System.getenv(URI_PROPERTY) : property;
    return uri == null || uri.isEmpty() ? null : uri;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private UnaryOperator<EmbeddedBroker.Builder> brokerSettings = builder -> builder;
    private UnaryOperator<Postage.Builder> postageSettings = builder -> builder;

    private Builder() {}

    /** Settings of the embedded broker; a RabbitMQ has its own. */
    public Builder broker(UnaryOperator<EmbeddedBroker.Builder> settings) {
      brokerSettings = requireNonNull(settings, "settings");
      return this;
    }

    /** Settings of every connection. */
    public Builder postage(UnaryOperator<Postage.Builder> settings) {
      postageSettings = requireNonNull(settings, "settings");
      return this;
    }

    /** The extension. */
    public PostageExtension build() {
      return new PostageExtension(this);
    }
  }
}
