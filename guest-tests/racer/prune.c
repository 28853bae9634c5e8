// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which steps need no stop of their own: the actor passes from there to its next point in registers and on its own stack
 * (harness/points/silent.py says so of the code), and nobody else runs meanwhile.
 */

#include "sweep.h"

bool step_is_silent(const uint8_t *silent, const struct il_entry *steps, uint32_t count, uint32_t at)
{
	const struct il_entry *e = &steps[at], *next = e + 1;

	if (!silent || !silent[e->point] || e->atomic || at + 1 >= count)
		return false;
	/* The stop that stands for this one must be one that is tried. */
	return next->event == IL_STEP && next->actor == e->actor && !next->atomic && next->mask == e->mask &&
	       next->visit <= VISITS_MAX;
}
