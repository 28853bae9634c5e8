// SPDX-License-Identifier: GPL-2.0-only
/* The two optional modules: dirty_tags.ko and durability.ko. A scenario that asks for one that is missing is BROKEN. */

#include "racer.h"

void oracle_open(void)
{
}

const char *oracle_missing(const struct scenario *s)
{
	(void)s;
	return NULL;
}

void oracle_reset(const struct scenario *s)
{
	(void)s;
}

void oracle_at_sync(struct actor *a)
{
	(void)a;
}

void oracle_at_rest(struct shared *s, report_fn report, void *to)
{
	(void)s;
	(void)report;
	(void)to;
}
