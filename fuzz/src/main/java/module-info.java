/** Any bytes for whatever reads bytes from outside. Tests use it; the command never does. */
module dev.sealift.fuzz {
  requires jdk.management;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports dev.sealift.fuzz;
}
