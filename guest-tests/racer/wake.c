// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both orders of a wake-up. An actor resumed after a stop has the lowest priority, so whoever it wakes has the CPU at
 * once: one of the two orders that two CPUs allow. The other, the waker going on while the woken one is on its way, is a
 * schedule of its own, where a trace shows such a wake-up.
 */

#include "sweep.h"

/* Whether the actor of the last stop, once resumed, woke one that slept, which then ran before the actor's next step. */
bool woken_before_end(const struct il_entry *steps, uint32_t count, const struct path *p)
{
	unsigned int actor, asleep = 0;
	bool ran = false;
	int stops = 0;

	if (!p->stops || p->stop[p->stops - 1].first || p->stop[p->stops - 1].atomic)
		return false;
	actor = p->stop[p->stops - 1].actor;
	for (uint32_t i = 0; i < count; i++) {
		const struct il_entry *e = &steps[i];

		stops += e->event == IL_STOP;
		if (stops < p->stops)
			continue;
		if (e->actor != actor)
			ran = ran || asleep >> e->actor & 1;
		else if (e->event == IL_RESUME)
			asleep = e->mask;
		else if (ran)
			return true;
	}
	return false;
}
