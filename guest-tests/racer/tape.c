// SPDX-License-Identifier: GPL-2.0-only
/*
 * durability.ko's tape as records: what a power cut leaves at any moment is put together on the host
 * (harness/powercut). Without a tape every function here does nothing.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <durability.h>

#include "racer.h"

#define WORD 8

static int tape = -1;
static uint64_t base;	/* physical address of /dev/pmem0 */

void tape_open(void)
{
	struct dur_stats stats = { 0 };

	tape = open(DUR_DEVICE, O_RDWR | O_CLOEXEC);
	if (tape < 0 || ioctl(tape, DUR_STATS, &stats))
		die(DUR_DEVICE);
	for (int i = 0; i < DUR_PROBES; i++)
		if (stats.placed[i])
			die("a probe of durability.ko could not be placed");
	if (stats.write_cache != 1 || !stats.base[0])
		die("the pmem device has no write cache, or no known address");
	base = stats.base[0];
	tape_drain();
}

void tape_mark(int mark)
{
	if (tape >= 0 && ioctl(tape, DUR_MARK, (long)mark))
		die("DUR_MARK");
}

/* Pieces OFFSET:HEX of the content, words of zeros left out: most of a block of metadata is zero. */
static void record_content(const unsigned char *content, size_t length)
{
	static const char digit[] = "0123456789abcdef";
	static const unsigned char zero[WORD];
	char hex[2 * WORD];
	bool open = false;

	for (size_t at = 0; at < length; at += WORD) {
		size_t here = length - at < WORD ? length - at : WORD;

		if (!memcmp(content + at, zero, here)) {
			open = false;
			continue;
		}
		if (!open)
			record(" %zu:", at);
		open = true;
		for (size_t i = 0; i < here; i++) {
			hex[2 * i] = digit[content[at + i] >> 4];
			hex[2 * i + 1] = digit[content[at + i] & 15];
		}
		record_raw(hex, 2 * here);
	}
}

static void record_event(const struct dur_event *event)
{
	if (event->type == DUR_EVENT_FENCE) {
		record("{\"t\":\"fence\",\"n\":%llu}\n", (unsigned long long)event->number);
	} else if (event->type == DUR_EVENT_MARK) {
		record("{\"t\":\"mark\",\"n\":%llu}\n", (unsigned long long)event->number);
	} else if (event->place >= base) {
		record("{\"t\":\"flush\",\"n\":%llu,\"a\":%llu,\"l\":%u,\"d\":\"", (unsigned long long)event->number,
		       (unsigned long long)(event->place - base), event->length);
		record_content((const void *)(event + 1), event->length);
		record("\"}\n");
	}
}

void tape_drain(void)
{
	static char room[1 << 16] __attribute__((aligned(8)));
	ssize_t got;

	while (tape >= 0 && (got = read(tape, room, sizeof(room)))) {
		if (got < 0)
			die("reading the tape");
		for (char *at = room; at < room + got;) {
			const struct dur_event *event = (const void *)at;

			record_event(event);
			at += sizeof(*event) + ((event->length + 7UL) & ~7UL);
		}
	}
}

/*
 * What the sync behind a mark has promised. Of each watched word: offset, whether it was promised, the value it then
 * must have, and the old one. The size is -1 where an operation may change it.
 */
static void record_promise(const struct shared *s, int mark)
{
	const struct scenario *sc = &s->scenario;
	uint32_t promised = oracle_promised(s, mark);
	bool shrinks = false, first = true;

	for (int i = 0; i < sc->actors; i++)
		shrinks |= !!(sc->actor[i].op->effects & OP_SHRINKS);
	record("{\"t\":\"promise\",\"mark\":%d,\"file\":\"%s\",\"size\":%ld,\"w\":[", mark, strrchr(s->path, '/') + 1,
	       shrinks ? -1L : (long)(sc->pages * sc->unit));
	for (int p = 0; p < sc->pages; p++) {
		for (int w = 0; w < WORDS; w++) {
			bool stores = w < sc->actors && stores_to_file(sc, w);

			record("%s[%zu,%d,%llu,%llu]", first ? "" : ",", p * sc->unit + word_offset(w),
			       !!(promised & 1U << (w * PAGES_MAX + p)),
			       (unsigned long long)(stores ? stored_value(s->at, w) : old_value(sc, s->at, p, w)),
			       (unsigned long long)old_value(sc, s->at, p, w));
			first = false;
		}
	}
	record("]}\n");
}

/* Those of syncs that never returned have no mark on the tape. */
void tape_promises(const struct shared *s)
{
	if (tape < 0 || !s->scenario.durable)
		return;
	for (int i = 0; i < s->scenario.actors; i++)
		if (s->scenario.actor[i].op->effects & OP_SYNCS)
			record_promise(s, i);
	record_promise(s, MARK_FURTHER);
}
