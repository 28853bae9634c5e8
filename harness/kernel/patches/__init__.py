# SPDX-License-Identifier: GPL-2.0-only
"""Where patches come from beside patches/: one module a kind, each giving patch files in the order of application."""

from pathlib import Path

from harness.config.models import GitSource, KernelSpec, MailPatches, PatchSet, RangePatches
from harness.deadline import Deadline
from harness.errors import BadInput

__all__ = ["gathered", "history_of"]

NETWORK_SECONDS = 300.0


def gathered(spec: KernelSpec, deadline: Deadline) -> tuple[Path, ...]:
    """Patch files of the kernel's `patches`. Raises BadInput, LabBroke for a server that cannot be reached."""
    found: list[Path] = []
    for each in spec.patches:
        found += _of(each, spec, deadline)
    return tuple(found)


def _of(one: PatchSet, spec: KernelSpec, deadline: Deadline) -> tuple[Path, ...]:
    from harness.kernel.patches import commits, local, message

    match one:
        case RangePatches():
            return commits.patches(history_of(spec), one.range, deadline)
        case MailPatches():
            return message.patches(one.message, one.version, deadline.sooner(NETWORK_SECONDS))
        case Path():
            return local.patches(one, spec.version)


def history_of(spec: KernelSpec) -> str:
    """The repository that commits are looked up in. Raises BadInput."""
    if spec.history:
        return str(spec.history)
    if isinstance(spec.source, GitSource):
        return spec.source.git
    raise BadInput("commits are asked for, and the kernel's source is no git repository: name a clone as `history`")
