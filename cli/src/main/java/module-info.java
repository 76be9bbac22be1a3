/** The sealift command: arguments in, words out. */
module dev.sealift.cli {
  requires dev.sealift.bench;
  requires dev.sealift.crypto;
  requires dev.sealift.firmware;
  requires dev.sealift.fleet;
  requires dev.sealift.kernel;
  requires dev.sealift.interpose;
  requires dev.sealift.linux;
  requires dev.sealift.migration;
  requires dev.sealift.vmm;
  requires info.picocli;
  requires java.management;
  requires jdk.httpserver;
  requires jdk.management;
  requires jdk.unsupported;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires static org.jspecify;
  requires tools.jackson.databind;

  opens dev.sealift.cli to
      info.picocli;
  opens dev.sealift.cli.adversary to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.bench to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.cert to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.control to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.demo to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.doctor to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.explain to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.fleet to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.guest to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.host to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.identity to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.machine to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.migrate to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.owner to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.plan to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.platform to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.receipt to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.root to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.reference to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.run to
      info.picocli;
  opens dev.sealift.cli.trace to
      info.picocli,
      tools.jackson.databind;
  opens dev.sealift.cli.view to
      tools.jackson.databind;
}
