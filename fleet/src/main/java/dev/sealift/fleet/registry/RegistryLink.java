package dev.sealift.fleet.registry;

/** How it stands between this process and the registry. */
public enum RegistryLink {
  /** The connection broke; the session may still be kept. */
  SUSPENDED,
  /** The session is over: what was there by it only, is gone, and others may see this host gone. */
  LOST,
  /** The registry answers again. */
  BACK
}
