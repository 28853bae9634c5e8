// SPDX-License-Identifier: GPL-2.0-only
/*
 * A race of the lab's own, to prove in every guest that stops take place where they should: an increment in two
 * steps loses an update exactly if its actor is stopped between them. The third point lies in a spinlock and must
 * come out as atomic. At the fourth preemption is off and a state half made, which only the second CPU can see.
 */

#include <linux/spinlock.h>

#include "interleave_internal.h"

static int counter, half_made, half_seen;
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

static noinline void canary_half_made(void)
{
	asm volatile("nop; nop");
}

unsigned long il_canary_address(int which)
{
	static void (*const at[CANARY_POINTS])(void) = {
		canary_read_done, canary_write_done, canary_locked, canary_half_made,
	};

	return (unsigned long)at[which];
}

long il_canary(void)
{
	int seen = READ_ONCE(counter);

	if (READ_ONCE(half_made))
		half_seen = IL_CANARY_HALF;
	canary_read_done();
	WRITE_ONCE(counter, seen + 1);
	canary_write_done();
	spin_lock(&canary_lock);
	canary_locked();
	spin_unlock(&canary_lock);
	preempt_disable();
	WRITE_ONCE(half_made, 1);
	canary_half_made();
	WRITE_ONCE(half_made, 0);
	preempt_enable();
	return 0;
}

long il_canary_read(void)
{
	int seen = counter + half_seen;

	counter = half_seen = 0;
	return seen;
}
