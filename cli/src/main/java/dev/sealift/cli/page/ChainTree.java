package dev.sealift.cli.page;

import dev.sealift.cli.view.ChainLink;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The chain of trust of a platform: PDH &lt;- PEK &lt;- OCA, and PEK &lt;- CEK &lt;- ASK &lt;- ARK.
 * A certificate stands above those that signed it, and between the two stands whether the signature
 * holds.
 */
final class ChainTree {
  /** What is shown of a fingerprint; the table has all of it. */
  private static final int SHOWN = 16;

  private final Html html;
  private final List<ChainLink> links;
  private final Set<ChainLink> written = new LinkedHashSet<>();

  private ChainTree(Html html, List<ChainLink> links) {
    this.html = html;
    this.links = links;
  }

  /** Whether every signature holds, and there is one. */
  static boolean holds(List<ChainLink> links) {
    return !links.isEmpty() && links.stream().allMatch(ChainLink::holds);
  }

  /**
   * The tree, and all of it as a table.
   *
   * @param key what makes the table's name unlike others' on the page
   */
  static void write(Html html, List<ChainLink> links, Form form, String key) {
    html.open("div", "class", "chain");
    html.open("p");
    long broken = links.stream().filter(link -> !link.holds()).count();
    Mark.write(
        html,
        broken == 0,
        broken == 0
            ? "Every signature holds, up to the root."
            : broken + (broken == 1 ? " signature does not hold." : " signatures do not hold."));
    html.close();
    new ChainTree(html, links).write();
    table(html, links, form, key);
    html.close();
  }

  private void write() {
    html.open("ul", "class", "tree");
    for (ChainLink link : links) {
      boolean signsOther =
          links.stream()
              .anyMatch(other -> other.signer().equals(link.certificate()) && !selfSigned(other));
      if (!signsOther) {
        certificate(link.certificate(), null);
      }
    }
    // Only a ring of certificates has nobody at its beginning.
    for (ChainLink link : links) {
      if (!written.contains(link)) {
        certificate(link.certificate(), null);
      }
    }
    html.close();
  }

  private static boolean selfSigned(ChainLink link) {
    return link.certificate().equals(link.signer());
  }

  private void certificate(String name, @Nullable ChainLink signs) {
    List<ChainLink> signatures = new ArrayList<>();
    for (ChainLink link : links) {
      if (link.certificate().equals(name) && written.add(link)) {
        signatures.add(link);
      }
    }
    if (signs == null && signatures.isEmpty()) {
      return;
    }
    html.open("li");
    if (signs != null) {
      edge(signs, "signs " + signs.certificate());
    }
    html.open("p", "class", "certificate").leaf("strong", name);
    signatures.stream()
        .findFirst()
        .ifPresent(link -> html.leaf("code", brief(link.key()), "title", link.key()));
    html.leaf("span", meaning(name), "class", "quiet").close();
    signatures.stream().filter(ChainTree::selfSigned).forEach(link -> edge(link, "signs itself"));
    List<ChainLink> others = signatures.stream().filter(link -> !selfSigned(link)).toList();
    if (!others.isEmpty()) {
      html.open("ul");
      for (ChainLink link : others) {
        certificate(link.signer(), link);
      }
      html.close();
    }
    html.close();
  }

  private void edge(ChainLink link, String signs) {
    html.open("p", "class", link.holds() ? "edge" : "edge broken");
    Mark.write(html, link.holds(), signs + (link.holds() ? "" : ": broken"));
    String rule = link.rule();
    if (rule != null) {
      html.leaf("span", rule, "class", "finding");
    }
    html.close();
  }

  private static String brief(String key) {
    return key.length() <= SHOWN + 1 ? key : key.substring(0, SHOWN) + "…";
  }

  private static String meaning(String certificate) {
    return switch (certificate) {
      case "PDH" -> "key agreement of this platform";
      case "PEK" -> "the platform, as its owner has it";
      case "OCA" -> "the platform's owner";
      case "CEK" -> "the chip";
      case "ASK" -> "the maker's signing key";
      case "ARK" -> "the maker's root";
      default -> "";
    };
  }

  private static void table(Html html, List<ChainLink> links, Form form, String key) {
    form.beginTable(html, "chain-" + key, "Whole fingerprints");
    Table table =
        new Table(html, "Signatures of the chain", "Certificate", "Signed by", "Signature", "Key");
    for (ChainLink link : links) {
      String rule = link.rule();
      table.row(
          link.certificate(),
          link.signer(),
          (link.holds() ? "holds" : "broken") + (rule == null ? "" : ": " + rule),
          link.key());
    }
    table.end();
    form.endTable(html);
  }
}
