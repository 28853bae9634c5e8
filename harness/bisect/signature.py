# SPDX-License-Identifier: GPL-2.0-only
"""By what a bug is known again on another commit: kinds of violation, and for splats the function that they name."""

import re
from collections.abc import Iterable, Sequence

from harness.bisect.outcome import Outcome
from harness.collect.dmesg import findings
from harness.sweep.records import Kind, SweepResult

Signature = frozenset[str]

IN_THE_LOG = (Kind.WARN, Kind.OOPS)
FUNCTION = re.compile(r"\b([a-zA-Z_]\w*)(?:\.\w+)*\+0x[0-9a-f]+")  # lines and addresses move between commits


def signature(result: SweepResult, log: Sequence[str] = ()) -> Signature:
    """Of one scenario's sweep and its kernel log: "tags", "hang", "warn:dax_insert_entry", ...

    The log tells of what no schedule does: a WARN_ON_ONCE() that has spoken in the warm-up.
    """
    schedules = {_name(each.kind, each.detail) for outcome in result.outcomes for each in outcome.violations}
    return frozenset(schedules | {_name(each.kind, "\n".join(each.lines)) for each in findings("\n".join(log))})


def _name(kind: Kind, detail: str) -> str:
    found = FUNCTION.search(detail) if kind in IN_THE_LOG else None
    return f"{kind}:{found[1]}" if found else str(kind)


def shown(seen: Signature, bug: Signature, control: Signature) -> Outcome:
    """What a complete sweep that showed ``seen`` says. ``control`` is what the good commit shows as well."""
    if seen & (bug - control):
        return Outcome.BAD
    return Outcome.OTHER_BUG if seen - control - bug else Outcome.GOOD


def told(names: Iterable[str]) -> str:
    """A signature in words."""
    return ", ".join(sorted(names)) or "nothing"
