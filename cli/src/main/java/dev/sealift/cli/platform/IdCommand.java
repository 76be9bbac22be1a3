package dev.sealift.cli.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sealift.cli.Lines;
import dev.sealift.vmm.VmmException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code sealift platform id}. */
@Command(
    name = "id",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the id of the chip, of each socket: 128 hexadecimal digits.",
      "",
      "With it AMD's key server gives the signed certificate of a real chip."
    },
    footer = {"", "Example:  sealift platform id --state ./host-a"})
final class IdCommand extends PlatformTask {

  /**
   * One chip.
   *
   * @param id 128 hexadecimal digits
   * @param url where its certificate is; null for a model's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Chip(String id, @Nullable String url) {}

  /**
   * The chips.
   *
   * @param chips one for each socket
   */
  record Answer(boolean emulated, String platform, List<Chip> chips) implements PlatformAnswer {

    @Override
    public Lines lines() {
      Lines lines = new Speaker(emulated, platform).lines();
      for (Chip chip : chips) {
        lines.line("id", chip.id);
        lines.line(
            "CEK",
            chip.url == null
                ? "signed by its model root, in the directory; AMD's key server does not know it"
                : chip.url);
      }
      return lines;
    }
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws VmmException {
    Speaker speaker = platform.speaker();
    return new Answer(
        speaker.emulated(),
        speaker.platform(),
        ChipIds.of(platform.device()).stream()
            .map(id -> new Chip(id, speaker.emulated() ? null : ChipIds.url(id)))
            .toList());
  }
}
