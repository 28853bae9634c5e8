# SPDX-License-Identifier: GPL-2.0-only
"""What the guests' kernel logs hold, by kernel, mode and scenario."""

from collections.abc import Callable, Iterable, Sequence

from harness import folders
from harness.collect import dmesg
from harness.points.point import Frame
from harness.results.run import GuestFinding, Mode

Decode = Callable[[str, int], Frame | None]
KNOWN = folders.PROJECT / "guest-tests" / "known-issues.yaml"


def guest_findings(
    kernel: str, mode: Mode, logs: Iterable[tuple[str, Sequence[str]]], decode: Decode | None
) -> list[GuestFinding]:
    """Findings of (scenario, lines of log) pairs."""
    found = []
    for scenario, lines in logs:
        for finding in dmesg.findings("\n".join(lines), decode):
            found.append(GuestFinding(kernel, mode, finding, scenario))
    return found
