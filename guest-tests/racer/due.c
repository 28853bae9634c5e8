// SPDX-License-Identifier: GPL-2.0-only
/* Which SIGBUS and which errno is due, and which operation may allocate: from the effects alone. */

#include <errno.h>
#include <signal.h>

#include "racer.h"

bool actor_has(const struct scenario *s, int actor, unsigned int effect)
{
	return s->actor[actor].op->effects & effect;
}

bool anyone_has(const struct scenario *s, unsigned int effect)
{
	for (int i = 0; i < s->actors; i++)
		if (actor_has(s, i, effect))
			return true;
	return false;
}

bool stores_to_file(const struct scenario *s, int actor)
{
	return actor_has(s, actor, OP_WRITES) || (actor_has(s, actor, OP_STORES) && !s->private_map);
}

bool allocates(const struct scenario *s, int actor)
{
	return stores_to_file(s, actor) || actor_has(s, actor, OP_ALLOCATES);
}

static bool bus_due(const struct scenario *s, int actor, int code)
{
	if (anyone_has(s, OP_POISONS) && (code == BUS_MCEERR_AR || code == BUS_MCEERR_AO))
		return true;
	if (code != BUS_ADRERR)
		return false;
	return anyone_has(s, OP_SHRINKS) || (is_full(s) && allocates(s, actor));
}

/* The first si_code that no operation accounts for, 0 if there is none. */
int undue_bus(const struct scenario *s, int actor, const struct result *r)
{
	for (int i = 0; i < r->buses && i < BUS_MAX; i++)
		if (!bus_due(s, actor, r->bus_code[i]))
			return r->bus_code[i];
	return 0;
}

bool error_due(const struct scenario *s, int actor, int error)
{
	if (error == ENOSPC && is_full(s) && allocates(s, actor))
		return true;
	if (error == EFAULT && actor_has(s, actor, OP_FAULTS))
		return bus_due(s, actor, BUS_ADRERR);
	return actor_has(s, actor, OP_MAYFAIL);
}
