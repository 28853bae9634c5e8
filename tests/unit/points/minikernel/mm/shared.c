// SPDX-License-Identifier: GPL-2.0-only
/* Built without DWARF. */
long shared(long value)
{
	return value * 3;
}

__attribute__((cold)) void complain(long value)
{
	asm volatile("" : : "r"(value));
}

void _start(void)
{
	complain(shared(1));
}
