/**
 * Many guests on many hosts: who owns which, where each is to go, and machines that are emptied.
 */
module dev.sealift.fleet {
  requires dev.sealift.zookeeper;
  requires static org.jspecify;
  requires tools.jackson.databind;
  requires transitive dev.sealift.migration;

  exports dev.sealift.fleet;
  exports dev.sealift.fleet.plan;
  exports dev.sealift.fleet.registry;
  exports dev.sealift.fleet.simulate;

  // Records are read and written component by component.
  opens dev.sealift.fleet to
      tools.jackson.databind;
  opens dev.sealift.fleet.registry to
      tools.jackson.databind;
}
