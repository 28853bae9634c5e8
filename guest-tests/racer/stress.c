// SPDX-License-Identifier: GPL-2.0-only
#include "racer.h"

int stress_guest(struct job *job)
{
	(void)job;
	die("stress is not built yet");
}
