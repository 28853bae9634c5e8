/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe's handler sends a stopped actor here instead of to the probed instruction. Everything but the stack below
 * the pointer must be as it was when we leave: the kernel is built without a red zone, so pushing is allowed, and
 * flags are saved before the first instruction that changes them (lea and mov do not).
 *
 * The frame looks like that of a function called from the probed address, so that frame-pointer unwinding of a
 * stopped actor works: return address, rbp, then the saved registers.
 */
#include <linux/linkage.h>

/* Since v5.5 (ffedeeb780dc, "linkage: Introduce new macros for assembler symbols"). */
#ifndef SYM_CODE_START
#define SYM_CODE_START(name) ENTRY(name)
#define SYM_CODE_END(name) END(name)
#endif

	.text
SYM_CODE_START(il_trampoline)
	lea	-8(%rsp), %rsp		/* slot for the probed address */
	push	%rbp
	mov	%rsp, %rbp
	pushfq
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	cld
	mov	%rbp, %rdi
	and	$-16, %rsp
	call	il_stopped
	lea	-88(%rbp), %rsp
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	popfq
	pop	%rbp
	ret
SYM_CODE_END(il_trampoline)
