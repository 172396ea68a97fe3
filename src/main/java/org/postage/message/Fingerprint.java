package org.postage.message;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who sends: a component's name and kind, and where it runs. Every value is text, as on the wire.
 *
 * <p>Immutable and thread-safe. It is a claim of the sender's, not a proof: anybody can send any
 * fingerprint.
 *
 * @param name the component's name
 * @param type a rough kind, for example {@code application} or {@code controller}
 * @param pid the operating system's process id
 * @param host the kernel's host name, never looked up
 * @param user the operating system's user
 * @param vhost the broker's virtual host
 */
public record Fingerprint(
    String name, String type, String pid, String host, String user, String vhost) {
  /** What stands for an absent name or type, as Python Postage writes it. */
  public static final String UNKNOWN = "None";

  /** Refuses nulls. */
  public Fingerprint {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(pid, "pid");
    requireNonNull(host, "host");
    requireNonNull(user, "user");
    requireNonNull(vhost, "vhost");
  }

  /**
   * This process under a name and a kind; process id, host and user are filled in, and the virtual
   * host is {@code POSTAGE_VHOST} or {@code /}. A {@code Postage} fills in its own virtual host.
   */
  public static Fingerprint of(String name, String type) {
    return new Fingerprint(
        name, type, ThisProcess.PID, ThisProcess.HOST, ThisProcess.USER, ThisProcess.VHOST);
  }

  /** This process under a name. */
  public static Fingerprint of(String name) {
    return of(name, UNKNOWN);
  }

  /** This process, nameless. */
  public static Fingerprint bare() {
    return of(UNKNOWN, UNKNOWN);
  }

  /** Reads the dictionary form; absent values become {@link #UNKNOWN}, others their text. */
  public static Fingerprint ofMap(Map<String, ? extends @Nullable Object> map) {
    return new Fingerprint(
        text(map, "name"),
        text(map, "type"),
        text(map, "pid"),
        text(map, "host"),
        text(map, "user"),
        text(map, "vhost"));
  }

  /** The same process under another name. */
  public Fingerprint withName(String newName) {
    return new Fingerprint(newName, type, pid, host, user, vhost);
  }

  /** The same process of another kind. */
  public Fingerprint withType(String newType) {
    return new Fingerprint(name, newType, pid, host, user, vhost);
  }

  /** The same with another process id: text, and not always a number. */
  public Fingerprint withPid(String newPid) {
    return new Fingerprint(name, type, newPid, host, user, vhost);
  }

  /** The same process on another virtual host. */
  public Fingerprint withVhost(String newVhost) {
    return new Fingerprint(name, type, pid, host, user, newVhost);
  }

  /** The dictionary form, as messages carry it: Python's {@code as_dict()}. */
  public Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("type", type);
    map.put("pid", pid);
    map.put("host", host);
    map.put("user", user);
    map.put("vhost", vhost);
    return map;
  }

  /** The values in the order of the components: Python's {@code as_tuple()}. */
  public List<String> asList() {
    return List.of(name, type, pid, host, user, vhost);
  }

  private static String text(Map<String, ? extends @Nullable Object> map, String key) {
    Object value = map.get(key);
    return value == null ? UNKNOWN : value.toString();
  }
}
