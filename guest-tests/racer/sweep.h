/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LAB_SWEEP_H
#define LAB_SWEEP_H

#include "racer.h"

#define CHILD_HUNG 10		/* exit status of a scenario's process: its guest is of no more use */
#define VIOLATIONS_MAX 16
#define STEP_BUDGET 20000
#define IDLE_MS 3000

/* A schedule by numbers: start order, and stops in the order in which they happen. */
struct path {
	int stops;
	uint8_t order[ACTORS_MAX];
	struct il_stop stop[IL_STOPS];
};

struct violation {
	char kind[16];
	char detail[256];
};

struct outcome {
	struct il_run run;
	int violations;
	int more;	/* not kept */
	bool stuck;	/* an entry stays locked: the guest is of no more use */
	bool given_up;	/* an actor could still run when the lab's patience ended */
	struct violation violation[VIOLATIONS_MAX];
};

void path_text(const struct path *p, int actors, char *text, size_t size);
bool path_parse(const char *text, int actors, struct path *p);
bool path_begins(const struct path *whole, const struct path *start, int actors);
bool path_same(const struct path *a, const struct path *b, int actors);
bool path_is_atomic(const struct path *p);
bool path_leads(const struct path *start, const struct path *whole, int actors);
uint32_t path_hash(const struct path *p);

/* wake.c */
bool woken_before_end(const struct il_entry *steps, uint32_t count, const struct path *p);

/* prune.c */
bool step_is_silent(const uint8_t *silent, const struct il_entry *steps, uint32_t count, uint32_t at);

/* outcome.c */
void outcome_add(void *outcome, const char *kind, const char *detail);
void outcome_record(const struct outcome *o, const struct shared *s, const struct path *p, const struct il_trace *t,
		    bool with_trace);

/* canary.c */
void canary_prove(int il, bool atomic_stops);

#endif
