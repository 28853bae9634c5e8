# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's config lets the lab do with it: which modules it can have, and whether it can be swept."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness import folders
from harness.errors import BadInput
from harness.kernel import fragments, kconfig

SWEEP = Path(__file__).parent / "sweep.config"
SSH = Path(__file__).parent / "ssh.config"
NEEDS = "needs.config"  # of a module's folder; without one it needs nothing
OWN = folders.PROJECT / "guest-tests" / "modules"
CHECKERS = {"tags": "dirty-tags", "durable": "durability"}  # check of a scenario -> module that makes it


def sweep_lacks(config: Path) -> str:
    """What a sweep needs and a kernel with this .config has not: "CONFIG_KPROBES, CONFIG_PREEMPT"; "" if nothing."""
    return ", ".join(_unmet(SWEEP, kconfig.read_config(config), "n"))


def check_ssh(name: str, config: Path, instead: str = "") -> None:
    """Raises BadInput if a guest of the kernel ``name`` cannot be spoken to; ``instead`` is what else can be done."""
    lacks = ", ".join(_unmet(SSH, kconfig.read_config(config), "n"))
    if lacks:
        raise BadInput(
            f"{name}: it lacks {lacks}, so that its guest cannot be spoken to over SSH: build it so{instead}"
        )


def possible(own: Sequence[Path], values: Mapping[str, str], release: str, unsaid: str = "n") -> tuple[Path, ...]:
    """The module folders whose needs a kernel ``release`` ("6.1.192") with the options ``values`` meets.

    ``unsaid`` is the value of an option that is not there.
    """
    able = (folder for folder in own if not _unmet(folder / NEEDS, values, unsaid))
    return tuple(
        folder for folder in able if not (folder / NEEDS).is_file() or fragments.is_for(folder / NEEDS, release)
    )


def uncheckable(checks: Iterable[str], release: str) -> tuple[str, ...]:
    """Those of a scenario's ``checks`` that cannot be made, as there is no module for a kernel ``release``."""
    made_by = {check: OWN / CHECKERS[check] / NEEDS for check in checks if check in CHECKERS}
    return tuple(check for check, needs in made_by.items() if not fragments.is_for(needs, release))


def _unmet(needs: Path, values: Mapping[str, str], unsaid: str) -> list[str]:
    options = fragments.read([needs], "0.0") if needs.is_file() else ()
    return [f"CONFIG_{option.name}" for option in options if values.get(option.name, unsaid) != option.value]
