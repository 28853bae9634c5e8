# SPDX-License-Identifier: GPL-2.0-only
"""Which series mend a bug that is known: it excuses nothing on a kernel that has the fix."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import PurePath

from harness.config.loader import load_series, series_folder
from harness.config.scenario import Behaviour
from harness.config.section import Names
from harness.sweep.records import Kind


def mended(fixed_by: Names, patches: Collection[str]) -> bool:
    """Whether a kernel has the fix: every patch of some version of one of the series ``fixed_by``.

    ``patches`` are the names of the kernel's patch files, whichever way it came by them: a patch may be in two series,
    or among a kernel's own `patches`. Raises BadInput for a series that is not there any more.
    """
    return bool(patches) and any(fix <= frozenset(patches) for name in fixed_by for fix in _fixes(name))


def in_force(rule: Behaviour, patches: Collection[str]) -> Behaviour | None:
    """What ``rule`` excuses on a kernel with these patches; None if nothing.

    ``fixed_says`` stands in it only where the kernel has the fix, and is what it then does not excuse.
    """
    if not mended(rule.fixed_by, patches):
        return rule.model_copy(update={"fixed_says": ""})
    return rule if rule.fixed_says else None


def excuses_of(documented: Mapping[Kind, Behaviour], release: str, patches: Collection[str]) -> dict[Kind, Behaviour]:
    """What of ``documented`` is in force on a kernel of that release with these patches."""
    forced = {kind: in_force(rule, patches) for kind, rule in documented.items() if rule.holds_for(release)}
    return {kind: rule for kind, rule in forced.items() if rule}


@cache
def _fixes(name: str) -> tuple[frozenset[str], ...]:
    """File names of the patches of each version and release of a series."""
    versions = load_series(series_folder(name)).versions.values()
    return tuple(frozenset(PurePath(patch).name for patch in patches)
                 for by_release in versions for patches in by_release.values())  # fmt: skip
