// SPDX-License-Identifier: GPL-2.0-only
/* One schedule's record. A passing one is a compact row; the trace travels with a failing or asked one. */

#include <string.h>

#include "sweep.h"

void outcome_add(void *to, const char *kind, const char *detail)
{
	struct outcome *o = to;
	struct violation *v = &o->violation[o->violations];

	if (o->violations == VIOLATIONS_MAX) {
		o->more++;
		return;
	}
	snprintf(v->kind, sizeof(v->kind), "%s", kind);
	snprintf(v->detail, sizeof(v->detail), "%s", detail);
	o->violations++;
}

static uint32_t trace_hash(const struct il_trace *t)
{
	uint64_t hash = 14695981039346656037U;	/* FNV's, but an entry at a time: bytes cost as much as all the rest here */

	_Static_assert(sizeof(*t->entry) == sizeof(hash), "an entry is one word");
	for (uint32_t i = 0; i < t->entries; i++) {
		uint64_t word;

		memcpy(&word, &t->entry[i], sizeof(word));
		hash = (hash ^ word) * 1099511628211U;
		hash ^= hash >> 29;	/* the multiplication carries upwards alone */
	}
	return hash ^ hash >> 32;
}

static unsigned int blocked_mask(const struct il_trace *t)
{
	unsigned int mask = 0;

	for (uint32_t i = 0; i < t->entries; i++)
		if (t->entry[i].event == IL_RESUME)
			mask |= t->entry[i].mask;
	return mask;
}

static void record_end(const struct outcome *o, const struct shared *s, int actor)
{
	const struct il_actor_end *end = &o->run.end[actor];
	const struct result *r = &s->at->result[actor];
	char saw[PAGES_MAX * (WORDS + 1) + 1];

	saw_letters(s, actor, saw);
	record("%s{\"st\":%u,\"r\":%ld,\"n\":%d,\"saw\":\"%s\",\"bus\":[", actor ? "," : "", end->state, r->ret, r->error, saw);
	for (int i = 0; i < r->buses && i < BUS_MAX; i++)
		record("%s%d", i ? "," : "", r->bus_code[i]);
	record("],\"stk\":[");
	for (uint32_t i = 0; i < end->frames; i++)
		record("%s%llu", i ? "," : "", (unsigned long long)end->stack[i]);
	record("]}");
}

static void record_failure(const struct outcome *o, const struct shared *s)
{
	char quoted[1600];

	record(",\"e\":[");
	for (int i = 0; i < s->scenario.actors; i++)
		record_end(o, s, i);
	record("],\"v\":[");
	for (int i = 0; i < o->violations; i++) {
		json_text(quoted, sizeof(quoted), o->violation[i].detail);
		record("%s[\"%s\",\"%s\"]", i ? "," : "", o->violation[i].kind, quoted);
	}
	record("],\"more\":%d", o->more);
}

static void record_trace(const struct il_trace *t)
{
	record(",\"tr\":[");
	for (uint32_t i = 0; i < t->entries; i++) {
		const struct il_entry *e = &t->entry[i];

		record("%s%u,%u,%u,%u,%u", i ? "," : "", e->actor, e->event, e->point, e->visit, e->mask);
	}
	record("]");
}

/* Without a format: printing one takes longer than any of the checks. */
static void record_row(const struct outcome *o, const struct shared *s, const struct path *p, const struct il_trace *t)
{
	char text[256];

	path_text(p, s->scenario.actors, text, sizeof(text));
	record_text("{\"t\":\"s\",\"s\":\"");
	record_text(text);
	record_text("\",\"h\":\"");
	record_hex(trace_hash(t));
	record_text("\",\"b\":");
	record_number(blocked_mask(t));
	record_text(",\"f\":");
	record_number(o->run.fired);
	record_text(",\"w\":\"");
	for (int i = 0; i < s->scenario.actors; i++) {
		saw_letters(s, i, text);
		record_text(i ? "/" : "");
		record_text(text);
	}
	record_text("\"");
}

void outcome_record(const struct outcome *o, const struct shared *s, const struct path *p, const struct il_trace *t,
		    bool with_trace)
{
	record_row(o, s, p, t);
	if (t->overflow)
		record(",\"cut\":1");
	if (o->run.given_up)
		record(",\"g\":1");
	if (o->given_up)
		record(",\"to\":1");
	if (o->violations || o->given_up || with_trace) {
		record_failure(o, s);
		record_trace(t);
	}
	record_text("}\n");
}
