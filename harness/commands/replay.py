# SPDX-License-Identifier: GPL-2.0-only
"""Runs one schedule of a past run again and compares trace and outcome. Exit status: 0 if both are the same, 1 if the
kernel did otherwise."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.results.folder import RunFolder

NAME = "replay"
HELP = "run one schedule again and compare"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's options."""
    parser.add_argument("run_name", metavar="RUN", help="number or folder of the run, or `last`")
    parser.add_argument("schedule", metavar="SCHEDULE", help="as reports print it: 'AB A@dax_insert_entry+0x1f#1'")
    parser.add_argument("--scenario", required=True, metavar="NAME", help="the scenario it belongs to")
    parser.add_argument("--kernel", required=True, metavar="NAME", help="kernel, or `with` or `without`")
    parser.add_argument("--gdb", action="store_true", help="wait for gdb, which then stops where the schedule does")


def run(args: argparse.Namespace) -> int:
    """Replays."""
    from harness import host
    from harness.config.loader import load_lab
    from harness.engine.replay import replay
    from harness.results.folder import RunFolder

    guest = load_lab(args.config).guest("sweep")
    folder = RunFolder.open(args.run_name)
    host.ensure(args.no_install, ("image", "guest"))
    gdb = _await_gdb(folder, args.kernel) if args.gdb else None
    done = replay(folder, args.schedule, scenario=args.scenario, kernel=args.kernel, guest=guest, gdb=gdb)
    print(f"{done.scenario} on {done.kernel}: {done.replayed.schedule}")
    print("\n".join(f"  {each.kind}: {each.detail}" for each in done.replayed.violations) or "  passes")
    same = f"trace of {len(done.replayed.trace)} steps and outcome are those of the run"
    if done.recorded is None and not done.parted:
        same = "it passes, as in the run (which keeps no trace of schedules that pass)"
    print(f"  {done.parted or same}")
    return 1 if done.parted else 0


# The module stops an actor by sched_setattr_nocheck(), with SCHED_FIFO priority 50 for the first stop of a schedule, 49
# for the second. The canary has fired four of the first kind before.
SCRIPT = """set pagination off
file {vmlinux}
target remote {socket}
break sched_setattr_nocheck if *(unsigned int *)($rsi + 20) == 50 || *(unsigned int *)($rsi + 20) == 49
ignore 1 4
# The module's trampoline has no unwind information; the kernel's frame pointers lead through it.
define lab-stack
  set $frame_ = $rbp
  set $left_ = 16
  while $frame_ > 0xffff800000000000 && $left_ > 0
    info symbol *(unsigned long *)($frame_ + 8)
    set $frame_ = *(unsigned long *)$frame_
    set $left_ = $left_ - 1
  end
end
continue
lab-stack
"""


def _await_gdb(folder: RunFolder, kernel: str) -> Path:
    from harness.engine.replay import cached_kernel
    from harness.progress import say

    built = cached_kernel(folder.load(), kernel)
    place = folder.path
    socket = place / "gdb.socket"
    script = place / "stop.gdb"
    script.write_text(SCRIPT.format(vmlinux=built.vmlinux, socket=socket))
    say(f"the guest waits; in another terminal: gdb -x {shlex.quote(str(script))}")
    return socket
