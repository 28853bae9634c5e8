# SPDX-License-Identifier: GPL-2.0-only
"""The tree: repro.c with the racer's operations and checks, the modules, Makefile, README, the kernel's config."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import folders
from harness.config.models import GuestSpec
from harness.config.scenario import Scenario, driver
from harness.engine.guests import guest_plan, mounted
from harness.errors import BadInput
from harness.guest.argv import kernel_arguments, qemu_argv
from harness.image import fsdax
from harness.kernel.artefacts import Kernel
from harness.reproducer.image import image_script
from harness.reproducer.stops import TEMPLATE, described, numbered
from harness.results.folder import RunFolder
from harness.results.run import KernelInfo, Run
from harness.sweep.job import scenario_lines
from harness.sweep.records import Outcome

GUEST_TESTS = folders.PROJECT / "guest-tests"
NOT_NEEDED = ("main.c", "stress.c", "cost.c", "reboot.c")  # of the racer
RECORDS = ("-chardev", "-device")  # of the harness's own port


@dataclass(frozen=True)
class Recipe:
    """What one reproducer is made of."""

    folder: RunFolder
    run: Run
    scenario: Scenario
    info: KernelInfo
    kernel: Kernel
    outcome: Outcome
    guest: GuestSpec

    @property
    def showed(self) -> str:
        """Kinds of violation, by comma."""
        return ", ".join(dict.fromkeys(str(violation.kind) for violation in self.outcome.violations))


def write_tree(place: Path, recipe: Recipe) -> None:
    """Makes the folder ``place``. Raises BadInput if it is there."""
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise BadInput(f"{place}: {error.strerror}: name a folder that is not there yet with -o") from None
    _copy_sources(place, recipe.scenario)
    (place / "schedule.h").write_text(_schedule_h(recipe))
    (place / "stops").write_text(described(recipe.outcome.schedule, recipe.kernel.vmlinux))
    (place / "fsdax-info").write_bytes(fsdax.info_block(recipe.guest.nvdimm.size_bytes))
    _script(place / "pmem.sh", image_script(recipe.guest, recipe.scenario.image(recipe.guest.filesystem)))
    _script(place / "qemu.sh", _qemu_script(recipe))
    (place / "README").write_text(_readme(recipe))
    _copy_kernel(place, recipe)


def _copy_sources(place: Path, scenario: Scenario) -> None:
    for name in ("repro.c", "points.sh", "outcome.sh", "vng.sh", "Makefile"):
        shutil.copy(TEMPLATE / name, place / name)
    (place / "racer").mkdir()
    for path in sorted((GUEST_TESTS / "racer").glob("*.[ch]")):
        if path.name not in NOT_NEEDED:
            shutil.copy(path, place / "racer" / path.name)
    shutil.copytree(GUEST_TESTS / "include", place / "include")
    wanted = {"interleave": True, "dirty-tags": "tags" in scenario.checks, "durability": "durable" in scenario.checks}
    for module in (name for name, needed in wanted.items() if needed):
        shutil.copytree(GUEST_TESTS / "modules" / module, place / "modules" / module)


def _copy_kernel(place: Path, recipe: Recipe) -> None:
    shutil.copy(recipe.kernel.config, place / "kernel.config")
    kept = recipe.folder.path / "kernels" / recipe.info.name
    for name in recipe.info.patches:
        (place / "patches").mkdir(exist_ok=True)
        shutil.copy(kept / name, place / "patches" / name)


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _schedule_h(recipe: Recipe) -> str:
    schedule = recipe.outcome.schedule
    values = {
        "SCHEDULE": numbered(schedule), "SHOWN_AS": str(schedule), "SHOWED": recipe.showed,
        "SCENARIO": scenario_lines([recipe.scenario])[0],
        "FILESYSTEM": driver(recipe.scenario.filesystem(recipe.guest.filesystem)),
    }  # fmt: skip
    lines = [f'#define {name} "{value}"' for name, value in values.items()]
    return "\n".join(["// SPDX-License-Identifier: GPL-2.0-only", "/* The schedule. */", *lines, ""])


def _qemu_script(recipe: Recipe) -> str:
    """The lab's own line, but for the port of its records, with the console on stdout."""
    plan = guest_plan("sweep", mounted(recipe.guest, recipe.scenario), Path("BZIMAGE"), Path(), "tcg")
    words, line = iter(qemu_argv(plan)[1:]), ["exec", '"$1"']
    for word in words:
        value = (
            next(words) if word.startswith("-") and word not in ("-nodefaults", "-no-user-config", "-no-reboot") else ""
        )
        if word in RECORDS and ("records" in value or "virtio-serial" in value or "id=console" in value):
            continue
        line += [word, *([_quoted(plan.folder, word, value, kernel_arguments(plan))] if value else [])]
    text = " ".join(line).replace("-serial chardev:console", "-serial stdio -monitor none")
    return f"#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only\n# qemu.sh QEMU BZIMAGE\n{text}\n"


def _quoted(folder: Path, option: str, value: str, arguments: str) -> str:
    if option == "-kernel":
        return '"$2"'
    if option == "-initrd":
        return "initramfs.cpio"
    if option == "-append":
        return "'" + " ".join(word for word in arguments.split() if not word.startswith("lab.")) + "'"
    return value.replace(f"mem-path={folder / 'nvdimm0'}", "mem-path=pmem.img")


def _readme(recipe: Recipe) -> str:
    """Ten lines."""
    info, compiler = recipe.info, recipe.run.environment.get("compiler", "gcc")
    patched = f" plus patches/ ({info.series or 'own'})" if info.patches else ""
    actors = ", ".join(f"{'ABCD'[number]} is {actor.op}" for number, actor in enumerate(recipe.scenario.actors))
    scenario, source = recipe.scenario, info.source or "as it was built, outside of the lab"
    return "\n".join(
        [
            f"One interleaving that shows {recipe.showed} on Linux {info.release}{patched}.",
            f"Scenario {scenario.name} ({scenario.title}): {actors}; DAX file, prepared: {scenario.prepare}.",
            f"Schedule: {recipe.outcome.schedule} (order of the start, then each stop: ACTOR@FUNCTION+OFFSET#VISIT).",
            f"It showed: {recipe.outcome.violations[0].detail[:200]}",
            f"1. Unpack Linux {info.release} ({source}), apply patches/, cp kernel.config .config, make olddefconfig.",
            f"2. make vmlinux bzImage modules; the run's compiler was {compiler}.",
            "3. make run KERNEL=/path/to/linux: builds repro, modules, initramfs; boots them in QEMU (no KVM needed).",
            "   Needs gcc, libc headers (static), binutils, cpio, mkfs of the file system, qemu-system-x86_64.",
            "4. With virtme-ng: 9P_FS, NET_9P_VIRTIO in the config; make all KERNEL=/path/to/linux, ./vng.sh BZIMAGE.",
            "They print REPRODUCED, NOT REPRODUCED, or BROKEN with the reason, and end with 0 for REPRODUCED alone.",
            "",
        ]
    )
