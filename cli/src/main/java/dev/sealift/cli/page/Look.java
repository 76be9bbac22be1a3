package dev.sealift.cli.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * How a document looks and what it does: a style sheet and at most one program, both inside the
 * document, and the Content-Security-Policy that lets these two in by their hashes and nothing
 * else.
 *
 * @param style the style sheet
 * @param script the program; empty where there is none
 */
record Look(String style, String script) {
  private static final String ICON =
      "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect"
          + " width='32' height='32' rx='7' fill='%232563a8'/%3E%3Cpath d='M6 21h20M9"
          + " 21v-6h5v6m4 0v-6h5v6M16 5v7m-3-3 3 3 3-3' fill='none' stroke='%23fff'"
          + " stroke-width='2'/%3E%3C/svg%3E";

  /** The page of a host, which changes while one looks at it. */
  static Look ofPage() {
    return new Look(resource("page.css"), resource("page.js"));
  }

  /** A report, which does nothing. */
  static Look ofReport() {
    return new Look(resource("page.css"), "");
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(Look.class.getResourceAsStream(name), "part of this module")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What such a document may load, run and speak to: itself, and where it has a program its host.
   */
  String contentSecurityPolicy() {
    return "default-src 'none'; style-src "
        + hash(style)
        + "; img-src data:"
        + (script.isEmpty() ? "" : "; script-src " + hash(script) + "; connect-src 'self'")
        + "; base-uri 'none'; form-action 'none'";
  }

  private static String hash(String content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * A document from its first byte to its body's end.
   *
   * @param body what comes between the body's tags, written by {@link Html}
   */
  String document(String title, String body) {
    Html html = new Html();
    html.markup("<!DOCTYPE html>\n");
    html.open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "http-equiv", "Content-Security-Policy", "content", contentSecurityPolicy());
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.empty("link", "rel", "icon", "href", ICON);
    html.leaf("title", title);
    html.open("style").markup(style).close();
    if (!script.isEmpty()) {
      html.open("noscript").empty("meta", "http-equiv", "refresh", "content", "5").close();
    }
    html.close().open("body").markup(body);
    if (!script.isEmpty()) {
      html.open("script").markup(script).close();
    }
    return html.close().close().markup("\n").toString();
  }
}
