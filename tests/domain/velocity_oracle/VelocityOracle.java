import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/**
 * Renders with Apache Velocity. Reads a line {"template": text, "context": object}, writes a line {"text": text} or {"error": text}.
 *
 * JSON comes to the engine as LinkedHashMap, ArrayList, String, Boolean, null, and numbers as Integer, Long or Double.
 */
public final class VelocityOracle {
  public static void main(String[] arguments) throws Exception {
    VelocityEngine shared = engine();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    for (String line; (line = in.readLine()) != null; ) {
      Map<?, ?> request = (Map<?, ?>) new Json(line).value();
      String template = (String) request.get("template");
      // An engine keeps the macros of every template that it has seen.
      VelocityEngine engine = template.contains("macro") ? engine() : shared;
      out.println(answer(engine, template, (Map<?, ?>) request.get("context")));
      out.flush();
    }
  }

  private static String answer(VelocityEngine engine, String template, Map<?, ?> context) {
    try {
      VelocityContext variables = new VelocityContext();
      context.forEach((name, value) -> variables.put((String) name, value));
      StringWriter text = new StringWriter();
      engine.evaluate(variables, text, "template", template);
      return "{\"text\":" + quoted(text.toString()) + "}";
    } catch (Throwable problem) {
      return "{\"error\":" + quoted(problem.getClass().getSimpleName() + ": " + problem.getMessage()) + "}";
    }
  }

  private static VelocityEngine engine() {
    Properties properties = new Properties();
    properties.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    properties.setProperty("velocimacro.library", "");
    properties.setProperty("resource.loader", "string");
    properties.setProperty(
        "string.resource.loader.class", "org.apache.velocity.runtime.resource.loader.StringResourceLoader");
    properties.setProperty(
        "runtime.introspector.uberspect", "org.apache.velocity.util.introspection.SecureUberspector");
    VelocityEngine engine = new VelocityEngine();
    engine.init(properties);
    return engine;
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') quoted.append('\\').append(each);
      else if (each < 0x20 || each >= 0x7f) quoted.append(String.format("\\u%04x", (int) each));
      else quoted.append(each);
    }
    return quoted.append('"').toString();
  }

  /** Reads JSON as Python's json.dumps writes it. */
  private static final class Json {
    private final String text;
    private int at = 0;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      skipSpace();
      switch (text.charAt(at)) {
        case '{': return object();
        case '[': return array();
        case '"': return string();
        case 't': at += 4; return true;
        case 'f': at += 5; return false;
        case 'n': at += 4; return null;
        default: return number();
      }
    }

    private Map<String, Object> object() {
      Map<String, Object> found = new LinkedHashMap<>();
      for (at++; !closes('}'); ) {
        skipSpace();
        String name = string();
        skipSpace();
        at++;
        found.put(name, value());
      }
      return found;
    }

    private List<Object> array() {
      List<Object> found = new ArrayList<>();
      for (at++; !closes(']'); ) found.add(value());
      return found;
    }

    private boolean closes(char end) {
      skipSpace();
      if (text.charAt(at) == ',') {
        at++;
        return false;
      }
      if (text.charAt(at) != end) return false;
      at++;
      return true;
    }

    private Number number() {
      int start = at;
      while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) at++;
      String digits = text.substring(start, at);
      if (digits.matches(".*[.eE].*")) return Double.valueOf(digits);
      long whole = Long.parseLong(digits);
      if (whole == (int) whole) return (int) whole;
      return whole;
    }

    private String string() {
      StringBuilder found = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char each = text.charAt(at);
        found.append(each == '\\' ? escaped() : each);
      }
      at++;
      return found.toString();
    }

    private char escaped() {
      char each = text.charAt(++at);
      if (each == 'u') {
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
      }
      int control = "btnfr".indexOf(each);
      return control < 0 ? each : "\b\t\n\f\r".charAt(control);
    }

    private void skipSpace() {
      while (at < text.length() && text.charAt(at) <= ' ') at++;
    }
  }
}
