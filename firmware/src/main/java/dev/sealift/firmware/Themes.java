package dev.sealift.firmware;

/** All that gives the interface table its meaning, theme by theme. */
final class Themes {
  private final Bindings bindings;
  private final RingBufferMode ringBufferMode;

  Themes(Platform platform) {
    bindings = new Bindings(new FieldChecks(platform.memory()));
    PacketBounce bounce = new PacketBounce();
    bindings.afterwards(bounce::wipe);

    new StateChecks(platform).bind(bindings);
    new InitCommands(platform).bind(bindings);
    new PlatformCommands(platform).bind(bindings);
    PresentedCertificates presented = new PresentedCertificates(platform);
    new IdentityCommands(platform, presented).bind(bindings);
    new GuestCommands(platform).bind(bindings);
    GuestAdmission admission = new GuestAdmission(platform);
    admission.bind(bindings);
    VmsaChecks vmsas = new VmsaChecks(platform, bounce);
    vmsas.bind(bindings);
    SecretChecks secrets = new SecretChecks(platform);
    new LaunchCommands(platform, admission, vmsas, secrets, bounce).bind(bindings);
    new AttestationCommand(platform).bind(bindings);
    TargetChecks targets = new TargetChecks(platform, presented);
    targets.bind(bindings);
    new SendCommands(platform, targets, bounce).bind(bindings);
    new ReceiveCommands(platform, admission, vmsas, secrets, bounce).bind(bindings);
    new DebugCommands(platform).bind(bindings);
    new SwapCommands(platform).bind(bindings);
    ringBufferMode = new RingBufferMode(platform.memory());
    ringBufferMode.bind(bindings);
  }

  Bindings bindings() {
    return bindings;
  }

  RingBufferMode ringBufferMode() {
    return ringBufferMode;
  }
}
