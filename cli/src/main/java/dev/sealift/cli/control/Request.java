package dev.sealift.cli.control;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request as a line: {@code {"execute": "guest-show", "arguments": {"name": "web"}, "id": 7}}, in
 * the form of QEMU's QMP. The id may be missing and may be anything; it comes back in the answer.
 *
 * @param order what is to be done
 * @param id null where there is none
 */
record Request(Order order, @Nullable JsonNode id) {
  /** No line is longer, in bytes. */
  static final int MOST_BYTES = 1 << 16;

  private static final int MOST_DEPTH = 8;

  /** Words that were misspelt are not ignored: the rest could mean something else without them. */
  static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Map<String, Class<? extends Order>> COMMANDS = commands();

  /** A line that is no request. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String sentence) {
      super(sentence);
    }
  }

  private static Map<String, Class<? extends Order>> commands() {
    Map<String, Class<? extends Order>> commands = new LinkedHashMap<>();
    commands.put("query-host", Order.QueryHost.class);
    commands.put("guest-start", Order.GuestStart.class);
    commands.put("guest-show", Order.GuestShow.class);
    commands.put("guest-pause", Order.GuestPause.class);
    commands.put("guest-resume", Order.GuestResume.class);
    commands.put("guest-stop", Order.GuestStop.class);
    commands.put("guest-prove", Order.GuestProve.class);
    commands.put("migrate", Order.Migrate.class);
    commands.put("migrate-cancel", Order.MigrateCancel.class);
    commands.put("query-migrate", Order.QueryMigrate.class);
    commands.put("follow", Order.Follow.class);
    return commands;
  }

  /** The line that asks for something, without its end. */
  static String line(Order order) {
    String command =
        COMMANDS.entrySet().stream()
            .filter(entry -> entry.getValue().equals(order.getClass()))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    ObjectNode line = JSON.createObjectNode().put("execute", command);
    line.set("arguments", JSON.valueToTree(order));
    return JSON.writeValueAsString(line);
  }

  /**
   * Reads a line.
   *
   * @throws MalformedException if it is no request; its message says what would be one
   */
  static Request parse(String line) throws MalformedException {
    try {
      if (!(JSON.readTree(line) instanceof ObjectNode object)) {
        throw new MalformedException(
            "a request is a JSON object with 'execute', on a line of its own");
      }
      for (String name : object.propertyNames()) {
        if (!name.equals("execute") && !name.equals("arguments") && !name.equals("id")) {
          throw new MalformedException(
              "a request has 'execute', 'arguments' and 'id', and no '%s'"
                  .formatted(shortened(name)));
        }
      }
      JsonNode execute = object.path("execute");
      Class<? extends Order> kind = execute.isString() ? COMMANDS.get(execute.stringValue()) : null;
      if (kind == null) {
        throw new MalformedException(
            "'execute' is one of %s".formatted(String.join(", ", COMMANDS.keySet())));
      }
      JsonNode arguments = object.path("arguments");
      if (!arguments.isMissingNode() && !arguments.isObject()) {
        throw new MalformedException("'arguments' is a JSON object");
      }
      Order order =
          JSON.treeToValue(arguments.isMissingNode() ? JSON.createObjectNode() : arguments, kind);
      return new Request(order, object.get("id"));
    } catch (JacksonException malformed) {
      Throwable cause = malformed.getCause();
      throw new MalformedException(
          cause instanceof IllegalArgumentException
              ? String.valueOf(cause.getMessage())
              : shortened(malformed.getOriginalMessage()));
    }
  }

  private static String shortened(@Nullable String text) {
    String printable = String.valueOf(text).replaceAll("\\p{Cntrl}", " ");
    return printable.length() > 200 ? printable.substring(0, 200) + "..." : printable;
  }
}
