package dev.sealift.migration.wire;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;

/**
 * Every connection proves anew who is at its ends: no session is taken up again, by a ticket or
 * from a cache, and with that there is no early data either.
 */
final class FreshSessions {
  /**
   * One second more than a ticket may live (RFC 8446, section 4.6.1: seven days). JSSE makes no
   * ticket for a context whose sessions last longer than a ticket can, and keeps none it is given.
   */
  private static final int LONGER_THAN_A_TICKET = 604_801;

  private FreshSessions() {}

  /** Has a host's identity make and keep no tickets. */
  static SSLContext of(SSLContext identity) {
    keepNone(identity.getServerSessionContext());
    keepNone(identity.getClientSessionContext());
    return identity;
  }

  private static void keepNone(SSLSessionContext sessions) {
    sessions.setSessionTimeout(LONGER_THAN_A_TICKET);
    sessions.setSessionCacheSize(1);
  }
}
