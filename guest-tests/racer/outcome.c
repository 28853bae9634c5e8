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
	const unsigned char *byte = (const void *)t->entry;
	uint32_t hash = 2166136261U;	/* FNV-1a */

	for (size_t i = 0; i < t->entries * sizeof(*t->entry); i++)
		hash = (hash ^ byte[i]) * 16777619U;
	return hash;
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

void outcome_record(const struct outcome *o, const struct shared *s, const struct path *p, const struct il_trace *t,
		    bool with_trace)
{
	char text[256];

	path_text(p, s->scenario.actors, text, sizeof(text));
	record("{\"t\":\"s\",\"s\":\"%s\",\"h\":\"%08x\",\"b\":%u,\"f\":%u,\"w\":\"", text, trace_hash(t), blocked_mask(t),
	       o->run.fired);
	for (int i = 0; i < s->scenario.actors; i++) {
		saw_letters(s, i, text);
		record("%s%s", i ? "/" : "", text);
	}
	record("\"");
	if (t->overflow)
		record(",\"cut\":1");
	if (o->given_up)
		record(",\"to\":1");
	if (o->violations || o->given_up || with_trace) {
		record_failure(o, s);
		record_trace(t);
	}
	record("}\n");
}
