# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel logged outside of any scenario: at the boot, the mount, of a module, in the canary race."""

from harness.results.run import Run
from harness.verdict.reasons import Reasons


def elsewhere(run: Run) -> Reasons:
    """Findings that belong to no scenario; those that do are judged with it. Only ``with`` fails by them."""
    found = Reasons()
    sides = {kernel.name: kernel.side for kernel in run.kernels}
    for each in run.findings:
        if each.scenario:
            continue
        told = f"`{each.kernel}` logged {each.finding.title} outside of any scenario"
        if each.finding.known:
            found.notes.append(f"{told}, a known issue: {each.finding.known}")
        elif sides.get(each.kernel) == "with":
            found.fail.append(told)
        else:
            found.notes.append(told)
    return found
