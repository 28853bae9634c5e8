#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# outcome.sh LOG: ends with 0 if the console in LOG shows what the schedule showed before.
grep -q '^repro: REPRODUCED' "$1" && exit
grep -q '^repro: ' "$1" && exit 1
echo "repro: the kernel died: $1 has its last words"
grep -q 'SHOWED.*oops' "$(dirname "$0")/schedule.h"
