// SPDX-License-Identifier: GPL-2.0-only
#include "../include/entry.h"

extern __attribute__((cold)) void complain(long value);

long dax_insert(struct entry *a, struct entry *b)
{
	long sum = entry_sum(a, b);

	if (__builtin_expect(sum == 7, 0)) {
		complain(sum);
		complain(shared(sum));
	}
	return sum + next_entry(a);
}

long dax_tail(struct entry *a)
{
	return shared(a->value + 1);
}

long dax_tail_indirect(struct entry *a)
{
	return a->op(a->value);
}

long dax_warn(long value)
{
	if (value)
		asm volatile("ud2");
	return value;
}

__attribute__((section(".init.text"))) long dax_init(long value)
{
	return shared(value) + 1;
}
