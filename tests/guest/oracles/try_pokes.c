// SPDX-License-Identifier: GPL-2.0-only
/* Each invariant is violated on purpose, by a change of the tree behind the kernel's back, and must be noticed. */

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "poke/poke.h"
#include "try.h"

#define LOCKED 1UL
#define ZERO 4UL
#define EMPTY 8UL
#define SHIFT 4

static int device;
static volatile char sink;

static struct poke exchange(const struct place *place, uint64_t value, unsigned int marks)
{
	struct poke poke = { .fd = place->fd, .index = 0, .value = value, .marks = marks };

	must(!ioctl(device, POKE, &poke), "POKE");
	return poke;
}

static void expect(const struct place *place, uint64_t value, unsigned int marks, enum dt_invariant invariant,
		   const char *what)
{
	struct poke before = exchange(place, value, marks);
	struct dt_violation worst;
	unsigned int found = violations(place, 0, &worst);

	exchange(place, before.value, before.marks);
	is(found ? worst.invariant : 0, invariant, what);
	is(violations(place, 0, NULL), 0, "  and is over when the entry is back");
}

static uint64_t value_of(const struct place *place)
{
	struct poke poke = exchange(place, 0, 0);

	exchange(place, poke.value, poke.marks);
	return poke.value;
}

static void a_written_page(void)
{
	struct place place = place_open(PAGE, 0);
	uint64_t value;

	place.map[0] = 1;
	value = value_of(&place);
	expect(&place, value, 1, DT_OK, "the very same entry is no violation");
	expect(&place, value, 0, DT_WRITABLE_CLEAN, "a writable page whose tag is cleared");
	expect(&place, value, 2, DT_WRITABLE_CLEAN, "a writable page tagged TOWRITE alone");
	expect(&place, value + (1 << SHIFT), 1, DT_WRONG_PFN, "an entry of the next page");
	expect(&place, value | LOCKED, 1, DT_LOCKED_AT_REST, "a lock that was left behind");
	expect(&place, EMPTY, 1, DT_NO_ENTRY, "an empty entry under a mapping");
	expect(&place, 0, 0, DT_NO_ENTRY, "no entry under a mapping");
	expect(&place, value | ZERO, 1, DT_ZERO_WRITABLE, "a hole's entry under a writable mapping");
	place_close(&place);
}

static void a_read_hole(void)
{
	struct place place = place_open(PAGE, 0);
	uint64_t value;

	sink = place.map[0];
	value = value_of(&place);
	expect(&place, value & ~ZERO, 0, DT_ZERO_MISPLACED, "the zero page under a block's entry");
	expect(&place, value + (1 << SHIFT), 0, DT_WRONG_PFN, "a hole's entry of another page");
	place_close(&place);
}

void try_pokes(void)
{
	device = open("/dev/poke", O_RDWR);
	must(device >= 0, "/dev/poke");
	a_written_page();
	a_read_hole();
	close(device);
}
