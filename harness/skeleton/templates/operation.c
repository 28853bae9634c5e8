// SPDX-License-Identifier: GPL-2.0-only
/* @NAME@: say what it does; docs/add-a-scenario.md has the rules, the table in ops.c its effects. */

#define _GNU_SOURCE
#include <sys/mman.h>

#include "ops.h"

void @FUNCTION@(struct actor *a)
{
	outcome(a, madvise(first_address(a), byte_count(a), MADV_WILLNEED));
}
