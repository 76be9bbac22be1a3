# The guest that proves itself, as x86-64 machine code.
#
#   as --64 -o guest.o pseudo-random-writer.S
#   objcopy -O binary -j .text guest.o guest.bin
#
# It stands at guest physical address CODE, under page tables that map memory one to one. It boots in
# ring 0, where it says what a guest must say before it can be moved, and goes down to ring 3 with
# IOPL 3 for its work. It uses no interrupt, and of a stack only the frame by which it goes down,
# which is in the image. All that it is doing is in registers and memory, so it can be stopped
# between any two instructions and go on elsewhere.
#
#   rsi  state of the generator            r12  steps in a batch
#   r8   steps done                        r13  mask of the words of the hot set
#   r9   batches done                      r14  bytes of memory
#   rbx  the hot set                       r15  bit 0: the exchange range is shared
#                                               bit 1: the host wants to hear of changes
#   rbp  where a subroutine returns to; in reveal, the chunk that is shown

        .code64

# Ports (dev.sealift.vmm.GuestPorts). A hypercall takes rax, rbx, rcx, rdx as vmmcall does and
# leaves its answer in rax.
        .set HYPERCALL_PORT, 0xE0
        .set COMMAND_PORT,   0xE4
        .set REVEAL_PORT,    0xE8
        .set PANIC_PORT,     0xEC
        .set PROGRESS_PORT,  0xF0

# What KVM tells in CPUID, and MSR_KVM_MIGRATION_CONTROL.
        .set CPUID_SIGNATURE,           0x40000000
        .set CPUID_FEATURES,            0x40000001
        .set SIGNATURE_EBX,             0x4B4D564B
        .set FEATURE_MAP_GPA_RANGE,     16
        .set FEATURE_MIGRATION_CONTROL, 17
        .set MIGRATION_CONTROL,         0x4B564D08
        .set READY,                     1

# KVM_HC_MAP_GPA_RANGE and its attributes: 4 KiB pages, shared or private.
        .set MAP_GPA_RANGE,  12
        .set SHARED,         0
        .set PRIVATE,        16

# Memory map (dev.sealift.vmm.guest.PseudoRandomWriter).
        .set CODE,           0x8040
        .set WORK,           0x8100
        .set MEASURED_END,   0x10000
        .set WINDOW,         0x100000
        .set WINDOW_PAGES,   64
        .set WINDOW_END,     WINDOW + WINDOW_PAGES * 4096
        .set EXCHANGE,       0x180000
        .set EXCHANGE_PAGES, 32
        .set EXCHANGE_END,   EXCHANGE + EXCHANGE_PAGES * 4096
        .set HOT_SET,        0x400000

# A chunk is what fits into the window.
        .set CHUNK_SHIFT,    18
        .set CHUNK_WORDS,    WINDOW_PAGES * 4096 / 8
        .set WINDOW_CHUNK,   WINDOW >> CHUNK_SHIFT

        .set WINDOW_SALT,    1
        .set REVEAL_COMMAND, 1
        .set ALL_REVEALED,   0xFFFFFFFF
        .set EXCHANGE_EVERY, 8

        .set EXCHANGE_SHARED, 1
        .set ANNOUNCES,       2

# A guest says three things, in this order: all memory is private, whatever ran here before; these
# pages are shared; I have said all, I may be moved. It says them only to a host that listens.
boot:
        mov     $CPUID_SIGNATURE, %eax
        xor     %ecx, %ecx
        cpuid
        cmp     $SIGNATURE_EBX, %ebx
        jne     go_down
        mov     $CPUID_FEATURES, %eax
        xor     %ecx, %ecx
        cpuid
        mov     %eax, %edi
        bt      $FEATURE_MAP_GPA_RANGE, %edi
        jnc     go_down
        or      $ANNOUNCES, %r15
        xor     %ebx, %ebx
        mov     %r14, %rcx
        shr     $12, %rcx
        mov     $PRIVATE, %edx
        lea     share_window(%rip), %rbp
        jmp     map_range
share_window:
        mov     $WINDOW, %ebx
        mov     $WINDOW_PAGES, %ecx
        mov     $SHARED, %edx
        lea     say_ready(%rip), %rbp
        jmp     map_range
say_ready:
        bt      $FEATURE_MIGRATION_CONTROL, %edi
        jnc     go_down
        mov     $MIGRATION_CONTROL, %ecx
        mov     $READY, %eax
        xor     %edx, %edx
        wrmsr
go_down:
        mov     $HOT_SET, %ebx
        iretq

        .org    WORK - CODE, 0xCC

# Ring 3 from here on. Memory that the owner did not measure holds nothing yet: fill it.
work:
        mov     $MEASURED_END, %edi
        mov     %r14, %rcx
        xor     %eax, %eax
        lea     fill_window(%rip), %rbp
        jmp     fill
fill_window:
        mov     $WINDOW, %edi
        mov     $WINDOW_END, %ecx
        mov     $WINDOW_SALT, %eax
        lea     batch(%rip), %rbp
        jmp     fill

# r12 steps: xorshift (13, 7, 17) and one read-modify-write of the word that it names.
batch:
        mov     %r12, %rcx
step:
        mov     %rsi, %rax
        shl     $13, %rax
        xor     %rax, %rsi
        mov     %rsi, %rax
        shr     $7, %rax
        xor     %rax, %rsi
        mov     %rsi, %rax
        shl     $17, %rax
        xor     %rax, %rsi
        mov     %rsi, %rdi
        and     %r13, %rdi
        add     %rsi, (%rbx,%rdi,8)
        inc     %r8
        dec     %rcx
        jnz     step
        inc     %r9
        test    $(EXCHANGE_EVERY - 1), %r9b
        jnz     ask

# Turn the exchange range over: first here, then for the host. What was in it is lost the moment the
# host hears of it, so it is written anew only after that.
        xor     $EXCHANGE_SHARED, %r15
        mov     $EXCHANGE, %ebx
        mov     $EXCHANGE_PAGES, %ecx
        mov     $SHARED, %edx
        test    $EXCHANGE_SHARED, %r15b
        jnz     turn_over
        mov     $PRIVATE, %edx
turn_over:
        lea     fill_exchange(%rip), %rbp
        jmp     map_range
fill_exchange:
        mov     $EXCHANGE, %edi
        mov     $EXCHANGE_END, %ecx
        mov     %r9, %rax
        lea     ask(%rip), %rbp
        jmp     fill

# Say how far it is, so that nobody must look into its registers, and ask what to do.
ask:
        mov     %r9d, %eax
        out     %eax, $PROGRESS_PORT
        in      $COMMAND_PORT, %eax
        cmp     $REVEAL_COMMAND, %eax
        jne     batch

# Show all memory, a chunk at a time, through the window; the window's own chunk is shown as it is.
# rep movsq takes rsi, so r10 keeps the generator.
reveal:
        mov     %rsi, %r10
        xor     %ebp, %ebp
next_chunk:
        cmp     $WINDOW_CHUNK, %ebp
        je      shown
        mov     %rbp, %rsi
        shl     $CHUNK_SHIFT, %rsi
        mov     $WINDOW, %edi
        mov     $CHUNK_WORDS, %ecx
        rep movsq
shown:
        mov     %ebp, %eax
        out     %eax, $REVEAL_PORT
        inc     %rbp
        mov     %rbp, %rax
        shl     $CHUNK_SHIFT, %rax
        cmp     %r14, %rax
        jb      next_chunk
        mov     %r10, %rsi
        mov     $ALL_REVEALED, %eax
        out     %eax, $REVEAL_PORT
        jmp     fill_window

# Subroutine: every word at a from rdi up to rcx becomes (a ^ rax) * 0x9E3779B97F4A7C15.
fill:
        movabs  $0x9E3779B97F4A7C15, %r10
fill_word:
        mov     %rdi, %r11
        xor     %rax, %r11
        imul    %r10, %r11
        mov     %r11, (%rdi)
        add     $8, %rdi
        cmp     %rcx, %rdi
        jb      fill_word
        jmp     *%rbp

# Subroutine: the rcx pages from rbx on are shared or private from here on, as edx says.
map_range:
        test    $ANNOUNCES, %r15b
        jz      mapped
        mov     $MAP_GPA_RANGE, %eax
        out     %eax, $HYPERCALL_PORT
        test    %rax, %rax
        jnz     panic
mapped:
        mov     $HOT_SET, %ebx
        jmp     *%rbp

panic:
        out     %eax, $PANIC_PORT
        jmp     panic
