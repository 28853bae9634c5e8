// SPDX-License-Identifier: GPL-2.0-only
/* See shadow.h. */

#include "shadow.h"

static u32 bucket_of(const struct shadow *s, u64 frame)
{
	return (frame ^ frame >> 9) & (s->buckets - 1);
}

static struct shadow_page *find(const struct shadow *s, u64 frame)
{
	u32 at = s->bucket[bucket_of(s, frame)];

	while (at && s->page[at - 1].frame != frame)
		at = s->page[at - 1].next;
	return at ? &s->page[at - 1] : NULL;
}

static struct shadow_page *add(struct shadow *s, u64 frame)
{
	u32 bucket = bucket_of(s, frame);
	struct shadow_page *page;

	if (s->used == s->capacity) {
		s->overflow++;
		return NULL;
	}
	page = &s->page[s->used++];
	page->frame = frame;
	page->next = s->bucket[bucket];
	s->bucket[bucket] = s->used;
	return page;
}

void shadow_reset(struct shadow *s)
{
	u32 i;

	for (i = 0; i < s->used; i++)
		s->bucket[bucket_of(s, s->page[i].frame)] = 0;
	s->used = 0;
	s->overflow = 0;
}

/* All bits of the bytes that are set in mask. */
static u64 bits_of(u8 mask)
{
	u64 bits = 0;
	int i;

	for (i = 0; i < 8; i++)
		if (mask & 1 << i)
			bits |= 0xffULL << 8 * i;
	return bits;
}

static void take_bytes(struct shadow_page *page, u32 word, u64 value, u8 mask, u32 flush)
{
	u64 bits = mask == 0xff ? ~0ULL : bits_of(mask);

	if ((page->valid[word] & mask) == mask && !((page->value[word] ^ value) & bits))
		return;
	page->value[word] = (page->value[word] & ~bits) | (value & bits);
	page->valid[word] |= mask;
	page->flush[word] = flush;
}

#define UNROLLED 8	/* a jump costs an emulator as much as four words */

static void copy_all(struct shadow_page *page, const u64 *content, u32 flush)
{
	int i;

	page->mixed = false;
	page->all = flush;
	for (i = 0; i < SHADOW_WORDS; i += UNROLLED) {
		u64 *to = &page->value[i];
		const u64 *from = &content[i];

		to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
		to[4] = from[4], to[5] = from[5], to[6] = from[6], to[7] = from[7];
	}
}

static bool same_words(const u64 *a, const u64 *b, u32 count)
{
	for (; count >= UNROLLED; count -= UNROLLED, a += UNROLLED, b += UNROLLED)
		if ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) |
		    (a[4] ^ b[4]) | (a[5] ^ b[5]) | (a[6] ^ b[6]) | (a[7] ^ b[7]))
			return false;
	for (; count; count--)
		if (*a++ != *b++)
			return false;
	return true;
}

static void split(struct shadow_page *page)
{
	int i;

	page->mixed = true;
	memset(page->valid, 0xff, sizeof(page->valid));
	for (i = 0; i < SHADOW_WORDS; i++)
		page->flush[i] = page->all;
}

static void take_words(struct shadow_page *page, u32 start, u32 end, const u64 *content, u32 flush)
{
	u32 first = start / 8, last = (end - 1) / 8, word;

	for (word = first; word <= last; word++) {
		u8 mask = 0xff;

		if (word == first)
			mask &= 0xff << start % 8;
		if (word == last)
			mask &= 0xff >> (7 - (end - 1) % 8);
		take_bytes(page, word, content[word - first], mask, flush);
	}
}

void shadow_flush(struct shadow *s, u64 phys, const void *content, size_t length)
{
	u32 start = phys % SHADOW_PAGE, end = start + length;
	const u64 *words = (const u64 *)((const char *)content - start % 8);
	struct shadow_page *page = find(s, phys / SHADOW_PAGE);
	u32 flush;

	if (!length)
		return;
	flush = ++s->flushes;
	if (!page) {
		page = add(s, phys / SHADOW_PAGE);
		if (!page)
			return;
		if (length == SHADOW_PAGE) {
			copy_all(page, words, flush);
			return;
		}
		page->mixed = true;
		memset(page->valid, 0, sizeof(page->valid));
	}
	if (!page->mixed) {
		if (same_words(page->value + start / 8, words, (end - 1) / 8 - start / 8 + 1))
			return;
		split(page);
	}
	take_words(page, start, end, words, flush);
}

u32 shadow_fence_begin(const struct shadow *s)
{
	return s->flushes;
}

void shadow_fence_end(struct shadow *s, u32 ticket)
{
	if (ticket > s->fenced)
		s->fenced = ticket;
}

static bool is_valid(const struct shadow_page *page, u32 byte)
{
	return !page->mixed || page->valid[byte / 8] & 1 << byte % 8;
}

enum dur_result shadow_check(const struct shadow *s, u64 phys, const u8 *expected, size_t length, u8 *flushed)
{
	const struct shadow_page *page = find(s, phys / SHADOW_PAGE);
	u32 at = phys % SHADOW_PAGE;
	bool other = false, never = false, pending = false;
	size_t i;

	if (!page)
		return s->overflow ? DUR_UNKNOWN : DUR_NEVER_FLUSHED;
	for (i = 0; i < length; i++, at++) {
		if (!is_valid(page, at)) {
			never = true;
			continue;
		}
		flushed[i] = ((const u8 *)page->value)[at];
		other |= flushed[i] != expected[i];
		pending |= (page->mixed ? page->flush[at / 8] : page->all) > s->fenced;
	}
	return never ? DUR_NEVER_FLUSHED : other ? DUR_OTHER_VALUE : pending ? DUR_PENDING : DUR_DURABLE;
}
