package dev.sealift.cli.platform;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sealift.abi.psp.PlatformState;
import dev.sealift.cli.Lines;
import dev.sealift.vmm.PlatformStatus;
import dev.sealift.vmm.VmmException;
import picocli.CommandLine.Command;

/** {@code sealift platform status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Says what the platform is: its firmware, state, owner and guests.",
    footer = {"", "Example:  sealift platform status --state ./host-a"})
final class StatusCommand extends PlatformTask {

  /** Whose a platform is. */
  enum Owner {
    /** Its own: its OCA is one that it made itself. */
    @JsonProperty("self")
    SELF("itself: whoever runs the machine can have an owner sign its PEK"),
    /** Somebody else's, whose OCA has signed its PEK. */
    @JsonProperty("external")
    EXTERNAL("an external one, whose OCA has signed the platform's PEK"),
    /** The firmware does not say before it is initialised. */
    @JsonProperty("unknown")
    UNKNOWN("not known before the platform is initialised");

    private final String words;

    Owner(String words) {
      this.words = words;
    }

    static Owner of(PlatformStatus status) {
      if (status.state() == PlatformState.UNINIT) {
        return UNKNOWN;
      }
      return status.externallyOwned() ? EXTERNAL : SELF;
    }
  }

  /**
   * What the platform says of itself.
   *
   * @param api the firmware's interface version
   * @param build the firmware's build
   * @param es whether SEV-ES guests are possible
   * @param guests that the firmware holds
   */
  record Answer(
      boolean emulated,
      String platform,
      String api,
      int build,
      PlatformState state,
      Owner owner,
      boolean es,
      long guests)
      implements PlatformAnswer {

    @Override
    public Lines lines() {
      return new Speaker(emulated, platform)
          .lines()
          .line("firmware", "API %s, build %d".formatted(api, build))
          .line("state", state + ", " + meaning(state))
          .line("owner", owner.words)
          .line("SEV-ES", es ? "yes" : "no")
          .line("guests", guests);
    }

    private static String meaning(PlatformState state) {
      return switch (state) {
        case UNINIT -> "not initialised";
        case INIT -> "initialised, without guests";
        case WORKING -> "initialised, with guests";
      };
    }
  }

  @Override
  PlatformAnswer run(OpenPlatform platform) throws VmmException {
    PlatformStatus status = platform.device().status();
    Speaker speaker = platform.speaker();
    return new Answer(
        speaker.emulated(),
        speaker.platform(),
        status.apiMajor() + "." + status.apiMinor(),
        status.build(),
        status.state(),
        Owner.of(status),
        status.es(),
        status.guests());
  }
}
