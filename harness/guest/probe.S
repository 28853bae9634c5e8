/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest of accel.py's probe, at f000:0000: into long mode with paging, some work on the stack and in memory, a
 * cpuid, then the word that ends QEMU. Real mode alone proves nothing: there are hosts where a guest runs its firmware
 * and stops for good at the first instruction of long mode.
 * as --64 -o probe.o probe.S && objcopy -O binary -j .text probe.o probe.bin
 */
	.code16
	.globl start
start:	cli
	cld
	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %es
	movl $0x1000, %edi
	movl $0xc00, %ecx
	xorl %eax, %eax
	rep stosl
	movl $0x2007, 0x1000
	movl $0x3007, 0x2000
	movl $0x87, 0x3000
	movl $0x20, %eax
	movl %eax, %cr4
	movl $0x1000, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x100, %eax
	wrmsr
	lgdtl %cs:(gdtr - start)
	movl $0x80000001, %eax
	movl %eax, %cr0
	ljmpl $8, $(0xf0000 + long - start)
	.balign 8
gdt:	.quad 0, 0x00209a0000000000, 0x0000920000000000
gdtr:	.word 23
	.long 0xf0000 + gdt - start
	.code64
long:	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $0x8000, %esp
	movl $0x10000, %ecx
1:	pushq %rcx
	popq %rdx
	incq 0x100000
	loop 1b
	xorl %eax, %eax
	cpuid
	movw $0x501, %dx
	movb $0x2a, %al
	outb %al, %dx
2:	hlt
	jmp 2b
