package org.postage.message;

/**
 * What handlers are looked up by.
 *
 * @param category message or rpc
 * @param type command, status, result or any other
 * @param name the name of the command or status
 */
public record MessageKey(MessageCategory category, String type, String name) {
  @Override
  public String toString() {
    return SafeText.of(category.wireName() + "/" + type + "/" + name);
  }
}
