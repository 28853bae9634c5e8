// SPDX-License-Identifier: GPL-2.0-only
/*
 * A race of the lab's own, to prove in every guest that stops take place where they should: an increment in two
 * steps loses an update exactly if its actor is stopped between them. The third point lies in a spinlock and must
 * come out as atomic.
 */

#include <linux/spinlock.h>

#include "interleave_internal.h"

static int counter;
static DEFINE_SPINLOCK(canary_lock);

static noinline void canary_read_done(void)
{
	asm volatile("nop; nop");
}

static noinline void canary_write_done(void)
{
	asm volatile("nop; nop");
}

static noinline void canary_locked(void)
{
	asm volatile("nop; nop");
}

unsigned long il_canary_address(int which)
{
	static void (*const at[CANARY_POINTS])(void) = { canary_read_done, canary_write_done, canary_locked };

	return (unsigned long)at[which];
}

long il_canary(void)
{
	int seen = READ_ONCE(counter);

	canary_read_done();
	WRITE_ONCE(counter, seen + 1);
	canary_write_done();
	spin_lock(&canary_lock);
	canary_locked();
	spin_unlock(&canary_lock);
	return 0;
}

long il_canary_read(void)
{
	int seen = counter;

	counter = 0;
	return seen;
}
