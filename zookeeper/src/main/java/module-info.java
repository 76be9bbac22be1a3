/** The client of Apache ZooKeeper and Apache Curator: two projects, five jars, one module. */
module dev.sealift.zookeeper {
  requires java.logging;
  requires java.management;
  requires java.naming;
  requires java.security.jgss;
  requires java.security.sasl;
  requires jdk.unsupported;
  requires org.slf4j;
  requires org.slf4j.nop;

  exports org.apache.curator;
  exports org.apache.curator.framework;
  exports org.apache.curator.framework.api;
  exports org.apache.curator.framework.api.transaction;
  exports org.apache.curator.framework.listen;
  exports org.apache.curator.framework.recipes.leader;
  exports org.apache.curator.framework.state;
  exports org.apache.curator.retry;
  exports org.apache.zookeeper;
  exports org.apache.zookeeper.client;
  exports org.apache.zookeeper.common;
  exports org.apache.zookeeper.data;
}
