// SPDX-License-Identifier: GPL-2.0-only
/* A pipe of one page for the operations that act on no file, made anew for each schedule; and these operations. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ops.h"

/* Full only where an actor makes room, else a writer would rightly sleep for ever. */
static void fill(const struct shared *s)
{
	static const char page[SMALL_PAGE];

	if (anyone_has(&s->scenario, OP_GROWS) && write(s->pipe[1], page, sizeof(page)) != sizeof(page))
		die("cannot fill a pipe");
}

void pipe_open(struct shared *s)
{
	if (!anyone_has(&s->scenario, OP_PIPES))
		return;
	if (pipe2(s->pipe, O_CLOEXEC) || fcntl(s->pipe[0], F_SETPIPE_SZ, SMALL_PAGE) != SMALL_PAGE)
		die("cannot make a pipe of one page");
	fill(s);
}

void pipe_close(struct shared *s)
{
	if (!anyone_has(&s->scenario, OP_PIPES))
		return;
	close(s->pipe[0]);
	close(s->pipe[1]);
}

void op_pipe_write(struct actor *a)
{
	uint64_t value = stored_value(a->window, a->number);

	outcome(a, write(a->shared->pipe[1], &value, sizeof(value)));
}

void op_pipe_grow(struct actor *a)
{
	outcome(a, fcntl(a->shared->pipe[0], F_SETPIPE_SZ, 2 * SMALL_PAGE));
}
