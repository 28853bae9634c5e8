// SPDX-License-Identifier: GPL-2.0-only
/*
 * A schedule as text: "AB A12#1 B40#2^" is order, then actor, point number and visit of each stop, and ^ where the actor,
 * once resumed, runs before those it wakes, or ! where it is stopped in an atomic section.
 */

#include <stdlib.h>
#include <string.h>

#include "sweep.h"

#define STOP_TEXT 24	/* the longest text of a stop: two numbers of 32 bits and four letters */

void path_text(const struct path *p, int actors, char *text, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < actors; i++)
		text[n++] = 'A' + p->order[i];
	for (int i = 0; i < p->stops && n + STOP_TEXT < size; i++) {
		text[n++] = ' ';
		text[n++] = 'A' + p->stop[i].actor;
		n = decimal(text + n, p->stop[i].point) - text;
		text[n++] = '#';
		n = decimal(text + n, p->stop[i].visit) - text;
		if (p->stop[i].first)
			text[n++] = '^';
		if (p->stop[i].atomic)
			text[n++] = '!';
	}
	text[n] = 0;
}

bool path_parse(const char *text, int actors, struct path *p)
{
	int used = 0;

	memset(p, 0, sizeof(*p));
	for (int i = 0; i < actors; i++, text++) {
		if (*text < 'A' || *text >= 'A' + actors)
			return false;
		p->order[i] = *text - 'A';
	}
	while (*text) {
		char actor;
		unsigned int point, visit;

		if (p->stops == IL_STOPS || sscanf(text, " %c%u#%u%n", &actor, &point, &visit, &used) != 3)
			return false;
		p->stop[p->stops++] = (struct il_stop){ .actor = actor - 'A', .point = point, .visit = visit };
		text += used;
		p->stop[p->stops - 1].first = *text == '^';
		p->stop[p->stops - 1].atomic = *text == '!';
		text += *text == '^' || *text == '!';
	}
	return true;
}

bool path_begins(const struct path *whole, const struct path *start, int actors)
{
	return start->stops <= whole->stops && !memcmp(whole->order, start->order, actors) &&
	       !memcmp(whole->stop, start->stop, start->stops * sizeof(*start->stop));
}

bool path_is_atomic(const struct path *p)
{
	for (int i = 0; i < p->stops; i++)
		if (p->stop[i].atomic)
			return true;
	return false;
}

bool path_same(const struct path *a, const struct path *b, int actors)
{
	return a->stops == b->stops && path_begins(a, b, actors);
}

/* Whether `whole` lies at or below `start`, or at or below its twin that resumes first at its last stop. */
bool path_leads(const struct path *start, const struct path *whole, int actors)
{
	struct path twin = *start;

	if (path_begins(whole, start, actors))
		return true;
	if (!start->stops || start->stop[start->stops - 1].first)
		return false;
	twin.stop[twin.stops - 1].first = 1;
	return path_begins(whole, &twin, actors);
}

/* FNV-1a over order and stops: the same sample of schedules on every run. */
uint32_t path_hash(const struct path *p)
{
	uint32_t hash = 2166136261U;

	for (int i = 0; i < ACTORS_MAX; i++)
		hash = (hash ^ p->order[i]) * 16777619U;
	for (int i = 0; i < p->stops; i++) {
		hash = (hash ^ p->stop[i].actor) * 16777619U;
		hash = (hash ^ p->stop[i].point) * 16777619U;
		hash = (hash ^ p->stop[i].visit) * 16777619U;
		hash = (hash ^ (p->stop[i].first | p->stop[i].atomic << 1)) * 16777619U;
	}
	return hash ^ hash >> 16;
}
