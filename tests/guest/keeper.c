// SPDX-License-Identifier: GPL-2.0-only
/* keeper: has a process stand for the OOM killer, and begins a schedule for each byte that it reads. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "racer.h"

int __wrap_sched_setscheduler(void)
{
	return 0;
}

int main(void)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char byte;

	record_open("/dev/stdout");
	oom_victim_keep(s);
	while (write(1, "ready\n", 6) == 6 && read(0, &byte, 1) == 1)
		s->serial++;
	return 0;
}
