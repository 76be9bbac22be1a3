package dev.sealift.cli.page;

import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.PlatformView;

/** What a host is: what it stands on, its Secure Processor, its platform's chain of trust. */
final class HostSection {
  private HostSection() {}

  /** Whether its Secure Processor is software, and what follows from that. */
  static void emulated(Html html, HostView host) {
    if (!host.emulated()) {
      html.open("p", "class", "silicon").leaf("strong", "emulated: false");
      html.text(" The Secure Processor of this host is silicon.").close();
      return;
    }
    html.open("p", "class", "emulated").leaf("strong", "emulated: true");
    html.text(
        " The Secure Processor of this host is software, and its certificates lead to a model root,"
            + " not to AMD's: no processor vouches for anything here.");
    if (host.kind().equals("kvm")) {
      html.text(
          " Guests run on a real CPU that has no keys for them, so this host can read their memory."
              + " What leaves it in a move is sealed all the same.");
    } else if (host.kind().equals("model")) {
      html.text(
          " Guests are programs in a model, whose memory controller keeps their pages encrypted.");
    }
    html.close();
  }

  /** Name and facts. */
  static void facts(Html html, HostView host) {
    html.open("dl", "class", "facts");
    fact(html, "Stands on", host.kind().equals("kvm") ? "kvm: real vCPUs" : host.kind());
    fact(html, "SEV commands", host.kernel());
    String address = host.address();
    fact(html, "Takes guests", address == null ? "no" : "at " + address);
    fact(html, "Up since", Figures.time(host.started()));
    fact(html, "Sealift", host.version());
    html.close();
  }

  /** The platform with its chain. */
  static void platform(Html html, HostView host, Form form) {
    PlatformView platform = host.platform();
    html.leaf("h2", "Platform");
    html.open("dl", "class", "facts");
    fact(html, "Firmware", platform.api());
    fact(html, "State", platform.state());
    fact(html, "Owner", platform.externallyOwned() ? "an owner of its own" : "the platform itself");
    fact(html, "SEV-ES", platform.es() ? "yes" : "no");
    fact(html, "Guests in the firmware", Figures.count(platform.guests()));
    html.close();
    html.open("p", "class", "chip").text("Chip ").leaf("code", platform.chip()).close();
    if (!platform.chain().isEmpty()) {
      html.leaf("h3", "Chain of trust");
      ChainTree.write(html, platform.chain(), form, "own");
    }
  }

  private static void fact(Html html, String name, String value) {
    html.open("div").leaf("dt", name).leaf("dd", value).close();
  }
}
