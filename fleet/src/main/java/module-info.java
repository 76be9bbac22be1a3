/**
 * Many guests on many hosts: who owns which, where each is to go, and machines that are emptied.
 */
module dev.sealift.fleet {
  requires static org.jspecify;
  requires tools.jackson.databind;
  requires transitive dev.sealift.migration;

  exports dev.sealift.fleet;
  exports dev.sealift.fleet.plan;
}
