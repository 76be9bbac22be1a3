package dev.sealift.cli.adversary.lab;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.vmm.VmmException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Two model machines of one maker, for one attack after the other. */
public final class Lab implements AutoCloseable {
  /** The interface version of both machines' firmware. */
  public static final ApiVersion API = new ApiVersion(1, 55);

  private final SecureRandom random = new SecureRandom();
  private final ModelRoot root;
  private final LabIdentities identities;
  private final LabHost source;
  private final LabHost destination;
  private @Nullable ForgedRoot forged;

  private Lab(ModelRoot root)
      throws VmmException, GeneralSecurityException, MalformedCertificateException {
    this.root = root;
    identities = LabIdentities.create(random);
    source = LabHost.powerUp(root, API, identities.source());
    destination = LabHost.powerUp(root, API, identities.destination());
  }

  /**
   * Powers both machines up.
   *
   * @param root the maker of their chips
   */
  public static Lab open(ModelRoot root)
      throws VmmException, GeneralSecurityException, MalformedCertificateException {
    return new Lab(root);
  }

  public SecureRandom random() {
    return random;
  }

  /** The maker of both chips. */
  public ModelRoot root() {
    return root;
  }

  /** A root of an attacker's own that is named like the maker's; made when it is first needed. */
  public ForgedRoot forgedRoot() throws GeneralSecurityException, MalformedCertificateException {
    ForgedRoot made = forged;
    if (made == null) {
      made = ForgedRoot.like(root.ask(), root.ark(), random);
      forged = made;
    }
    return made;
  }

  /** The machine that guests leave. */
  public LabHost source() {
    return source;
  }

  /** The machine that guests go to. */
  public LabHost destination() {
    return destination;
  }

  /** The TLS identity of another source that the destination trusts as much as this one. */
  public SSLContext neighbour() {
    return identities.neighbour();
  }

  /** A TLS identity for the destination's address that nobody trusts. */
  public SSLContext stranger() {
    return identities.stranger();
  }

  /** Another machine of the same maker, with the destination's TLS identity. */
  public LabHost another(ApiVersion api) throws VmmException, MalformedCertificateException {
    return LabHost.powerUp(root, api, identities.destination());
  }

  /**
   * Launches a guest at the source whose policy forbids nothing, with version 1 of its secret in
   * {@link Witness#PAGE} and version 101 in {@link Witness#OTHER_PAGE}.
   */
  public Witness launch() throws VmmException, TimeoutException, InterruptedException {
    return launch(GuestPolicy.of());
  }

  /** The same, with a policy. */
  public Witness launch(GuestPolicy policy)
      throws VmmException, TimeoutException, InterruptedException {
    Witness witness = source.launch(policy.word());
    witness.write(Witness.PAGE, 1);
    witness.write(Witness.OTHER_PAGE, 101);
    return witness;
  }

  @Override
  public void close() {
    source.close();
    destination.close();
  }
}
