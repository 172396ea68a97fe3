package org.postage.embedded;

import java.util.Map;
import org.postage.embedded.model.Binding;
import org.postage.embedded.model.Queue;

/**
 * A binding, as it was when asked. Those of the default exchange, which every queue has, are not
 * listed.
 *
 * @param source the exchange that it leads from
 * @param destination the queue or exchange that it leads to
 * @param toQueue the destination is a queue, not an exchange
 * @param key routing key or pattern
 * @param arguments what a headers exchange matches
 */
public record BindingView(
    String source, String destination, boolean toQueue, String key, Map<String, Object> arguments) {

  static BindingView of(Binding binding) {
    return new BindingView(
        binding.source(),
        binding.destination().name(),
        binding.destination() instanceof Queue,
        binding.key(),
        binding.arguments());
  }
}
