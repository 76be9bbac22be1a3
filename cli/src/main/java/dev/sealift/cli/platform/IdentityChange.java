package dev.sealift.cli.platform;

import dev.sealift.cli.Lines;
import java.util.List;

/**
 * What a command has changed about who a platform is, and what that makes worthless.
 *
 * @param done the command, by the firmware's name
 * @param owner whose the platform is now
 * @param renewed what is new
 * @param kept what is as before
 * @param invalid what cannot be used any more, each as the end of a sentence
 */
record IdentityChange(
    boolean emulated,
    String platform,
    String done,
    StatusCommand.Owner owner,
    List<String> renewed,
    List<String> kept,
    List<String> invalid)
    implements PlatformAnswer {

  /** A PDH that is new makes these worthless, whatever else has changed. */
  private static final List<String> MADE_FOR_THE_OLD_PDH =
      List.of(
          "launch sessions that guest owners made for the old PDH: have them make new ones",
          "moves to this platform that were started for the old PDH: start them again",
          "copies of its certificates: export them again");

  static IdentityChange of(
      OpenPlatform platform,
      String done,
      StatusCommand.Owner owner,
      List<String> renewed,
      List<String> kept) {
    Speaker speaker = platform.speaker();
    return new IdentityChange(
        speaker.emulated(), speaker.platform(), done, owner, renewed, kept, MADE_FOR_THE_OLD_PDH);
  }

  @Override
  public Lines lines() {
    Lines lines =
        new Speaker(emulated, platform)
            .lines()
            .line("done", done)
            .line("new", String.join(", ", renewed) + when())
            .line("kept", String.join(", ", kept))
            .line(
                "owner",
                switch (owner) {
                  case SELF -> "the platform itself";
                  case EXTERNAL -> "an external one";
                  case UNKNOWN -> "as before";
                });
    invalid.forEach(what -> lines.line("invalid", what));
    return lines;
  }

  /** The firmware makes what it has forgotten when it needs it. */
  private String when() {
    return done.equals(ResetCommand.FIRMWARE_COMMAND) ? ", when it is initialised next" : "";
  }
}
