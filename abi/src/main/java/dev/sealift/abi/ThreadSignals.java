package dev.sealift.abi;

/**
 * The system calls that interrupt a thread inside KVM_RUN without any signal handler: the vCPU's
 * thread blocks a signal, KVM_SET_SIGNAL_MASK unblocks it while the guest runs, another thread
 * sends it, KVM_RUN returns {@code -EINTR}, and the vCPU's thread takes the pending signal away.
 *
 * <p>Results are zero or positive, or a negative errno.
 */
public interface ThreadSignals {

  /** gettid(2): the calling thread's id. */
  int currentThread();

  /** Blocks a signal in the calling thread (rt_sigprocmask(2), SIG_BLOCK). */
  int block(int signal);

  /** tgkill(2) to a thread of this process. */
  int send(int thread, int signal);

  /**
   * Takes one pending signal of the calling thread away without waiting (rt_sigtimedwait(2));
   * {@code -EAGAIN} if none is.
   */
  int take(int signal);
}
