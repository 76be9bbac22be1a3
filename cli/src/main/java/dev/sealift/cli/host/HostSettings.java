package dev.sealift.cli.host;

import dev.sealift.cli.HostKind;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.kernel.KernelProfile;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host is to be.
 *
 * @param name what it is called; also a name in a certificate that it makes itself
 * @param directory its state directory
 * @param kind what its guests run on, resolved; model where the machine is elsewhere
 * @param kernel which SEV commands its kernel serves
 * @param machine the socket of a machine in a process of its own; null for one in this process
 * @param listen where it listens for guests
 * @param roots whose chips it believes in beside those of its own chip's maker: directories of
 *     model roots, or files with a root key
 * @param identity its private key; null for the one in the state directory, which is made at the
 *     first start
 * @param certificate the certificate over it
 * @param peers its list of allowed peers
 * @param authorities the certificates of the authorities that it believes; null for none
 * @param policy the rules of its policy of moves; null for any platform of its roots
 * @param fleet what it is to a fleet; null where it belongs to none
 * @param pace how fast its Secure Processor is at most
 */
record HostSettings(
    String name,
    Path directory,
    HostKind kind,
    KernelProfile kernel,
    @Nullable Path machine,
    InetSocketAddress listen,
    List<Path> roots,
    @Nullable Path identity,
    @Nullable Path certificate,
    @Nullable Path peers,
    @Nullable Path authorities,
    @Nullable Path policy,
    @Nullable FleetSettings fleet,
    ProcessorPace pace) {
  HostSettings {
    roots = List.copyOf(roots);
  }
}
