package dev.sealift.vmm;

import dev.sealift.abi.kvm.KvmParavirtual;
import dev.sealift.abi.kvm.KvmRegs;
import java.util.Optional;

/**
 * Does what the guest left KVM_RUN for. Runs on the vCPU's thread.
 *
 * <p>A VMM can be killed between KVM_RUN's return and its next call, with the exit served not at
 * all, in part or whole; another one serves it again then. So serving twice does what serving once
 * does: only a device behind a port may hear the same value a second time, or be read again.
 */
final class VcpuExits {
  private final RunArea runArea;
  private final VcpuRegisters registers;
  private final GuestPorts ports;
  private final Hypercalls hypercalls;
  private final MigrationControl migrationControl;
  private final Books books;

  VcpuExits(RunArea runArea, VcpuRegisters registers, GuestRequests requests, Books books) {
    this.runArea = runArea;
    this.registers = registers;
    ports = requests.ports();
    hypercalls = requests.hypercalls();
    migrationControl = requests.migrationControl();
    this.books = books;
  }

  /** Serves the exit; returns why the guest cannot go on, if it cannot. */
  Optional<String> serve() throws VmmException {
    switch (runArea.exit()) {
      case VcpuExit.Port port when isPanic(port) -> {
        return Optional.of("it gave up with code " + runArea.portData(port, 0));
      }
      case VcpuExit.Port port when port.input() -> {
        for (int i = 0; i < port.count(); i++) {
          runArea.setPortData(port, i, ports.read(port.port()));
        }
      }
      case VcpuExit.Port port when port.port() == GuestPorts.HYPERCALL -> hypercallByPort();
      case VcpuExit.Port port -> {
        for (int i = 0; i < port.count(); i++) {
          ports.write(port.port(), runArea.portData(port, i));
        }
      }
      case VcpuExit.Hypercall(long number, long a0, long a1, long a2) ->
          runArea.setHypercallResult(hypercalls.call(number, a0, a1, a2));
      case VcpuExit.MsrRead(int index) when index == KvmParavirtual.MSR_MIGRATION_CONTROL ->
          runArea.setMsrData(migrationControl.value());
      case VcpuExit.MsrWrite(int index, long value)
          when index == KvmParavirtual.MSR_MIGRATION_CONTROL ->
          runArea.setMsrError(!migrationControl.write(value));
      case VcpuExit.MsrRead _, VcpuExit.MsrWrite _ -> runArea.setMsrError(true);
      case VcpuExit.Fatal(String reason) -> {
        return Optional.of(reason);
      }
      case VcpuExit.Interrupted _ -> {}
    }
    return Optional.empty();
  }

  /** Before each KVM_RUN: the last exit, if there was one, is served. */
  void conclude() {
    runArea.markServed();
    // In this order: an exit that is not marked may have lost its question.
    if (books.hasAnswer()) {
      books.forgetAnswer();
    }
  }

  private static boolean isPanic(VcpuExit.Port port) {
    return port.port() == GuestPorts.PANIC && !port.input() && port.count() > 0;
  }

  /**
   * The answer goes straight into rax, so that a guest saved right after it has it. That takes the
   * place of the question: the books say so first, for a VMM that has to serve this again.
   */
  private void hypercallByPort() throws VmmException {
    KvmRegs regs = registers.read();
    if (!books.hasAnswer()) {
      books.answer(hypercalls.call(regs.rax(), regs.rbx(), regs.rcx(), regs.rdx()));
    }
    registers.write(VcpuRegisters.withRax(regs, books.answer()));
  }
}
