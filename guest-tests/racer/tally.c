// SPDX-License-Identifier: GPL-2.0-only
/* Stress counts races by kind of violation, and shows the first few. */

#include <string.h>

#include "racer.h"
#include "tally.h"

#define EXAMPLES_MAX 5

static int place_of(struct tally *t, const char *kind)
{
	int i;

	for (i = 0; i < t->kinds && strcmp(t->seen[i].kind, kind); i++)
		;
	if (i == t->kinds && i < KINDS_MAX) {
		snprintf(t->seen[i].kind, sizeof(t->seen[i].kind), "%s", kind);
		t->seen[i].last = -1;
		t->kinds++;
	}
	return i;
}

void tally_count(void *tally, const char *kind, const char *detail)
{
	struct tally *t = tally;
	int i = place_of(t, kind);
	char quoted[1600];

	if (t->behind[t->race % WINDOWS_MAX] != t->race + 1) {
		t->behind[t->race % WINDOWS_MAX] = t->race + 1;
		t->failed++;
	}
	if (i == KINDS_MAX || t->seen[i].last == t->race)
		return;
	t->seen[i].last = t->race;
	t->seen[i].races++;
	if (t->examples++ < EXAMPLES_MAX) {
		json_text(quoted, sizeof(quoted), detail);
		record("{\"t\":\"example\",\"race\":%d,\"kind\":\"%s\",\"detail\":\"%s\"}\n", t->race, kind, quoted);
	}
}

bool tally_has(const struct tally *t, const char *kind)
{
	for (int i = 0; i < t->kinds; i++)
		if (!strcmp(t->seen[i].kind, kind))
			return true;
	return false;
}

/* As members of a JSON object. */
void tally_record(const struct tally *t)
{
	for (int i = 0; i < t->kinds; i++)
		record("%s\"%s\":%u", i ? "," : "", t->seen[i].kind, t->seen[i].races);
}
