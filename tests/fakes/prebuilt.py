# SPDX-License-Identifier: GPL-2.0-only
"""Two prebuilt kernels, `other` without and `stock` with the patch, whose vmlinux is the miniature kernel, and runs on
them: their guests follow scripts."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.engine import cost_guest, replay
from harness.engine import run as engine
from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.guest import accel
from harness.kernel.abilities import SSH, SWEEP
from harness.kernel.prebuilt import NEEDED
from harness.kernel.spec import module_folders
from harness.results.run import Run
from tests.fakes.boots import Boots, scripted_qemu
from tests.fakes.records import begin, boot, bye, done, end, failed, line, passed

MINI = Path(__file__).parents[1] / "unit" / "points" / "minikernel"
FLAGS = ["-O2", "-gdwarf-4", "-fcf-protection=none", "-fno-pic", "-nostdlib", "-static", "-no-pie"]
NAME = "read-read-hole"
SIGBUS = ("sigbus", "A: read-fault got SIGBUS, si_code 2, 1 times")
LAB = """\
kernels:
  stock: {build: stock}
  other: {build: other}
scenarios: [read-read-hole]
experiment: {without: other, with: stock, points: {units: [fs/dax.c]}, stress: {races: 0}}
"""
MAKEFILE = "modules:\n\ttouch $(M)/$(notdir $(M)).ko\n"


def compiled(folder: Path, identity: str, brought: bool = True) -> None:
    """A folder as `build:` takes it. Without ``brought`` it is a tree that the lab's modules are built against."""
    folder.mkdir(parents=True)
    sources = ["fs/dax.c", "mm/truncate.c", "mm/shared.c"]
    link = f"-Wl,--build-id=0x{identity}"
    subprocess.run(["gcc", *FLAGS, link, *sources, "-o", folder / "vmlinux"], cwd=MINI, check=True)
    (folder / ".config").write_text(NEEDED.read_text() + SWEEP.read_text() + SSH.read_text())
    (folder / "bzImage").write_text(f"scripts {folder}\n")
    place = folder / "modules" if brought else folder / "scripts" / "mod"
    place.mkdir(parents=True)
    for each in module_folders() if brought else ():
        (place / f"{each.name}.ko").write_bytes(b"module")
    if not brought:
        (place / "modpost").touch()
        (folder / "Makefile").write_text(MAKEFILE)


def compiled_pair(folder: Path, brought: bool = True) -> Path:
    """Both kernels and a lab.yaml that compares them; returns ``folder``."""
    compiled(folder / "other", "0a" * 20, brought)
    compiled(folder / "stock", "0b" * 20, brought)
    (folder / "lab.yaml").write_text(LAB)
    return folder


def scripted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Boots are those of the scripted QEMU, which reads neither initramfs nor image."""
    scripted_qemu(folder, monkeypatch)
    supplied(folder, monkeypatch)


def supplied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Base archive and image are good enough for a QEMU that reads neither; the accelerator is TCG."""
    store = Supplies(folder / "base.cpio", folder / "template")
    store.base.write_bytes(b"")
    store.template.write_bytes(b"pmem")
    for user in (engine, replay, cost_guest):
        monkeypatch.setattr(user, "supplies", lambda _guest: store)
    monkeypatch.setattr(accel, "probe", lambda: "tcg")


def follow(kernels: Path, without: Sequence[str], with_: Sequence[str]) -> None:
    """The next boots of each kernel do what these scripts say."""
    Boots(kernels / "other").follow(without)
    Boots(kernels / "stock").follow(with_)


def perform(kernels: Path, without: Sequence[str], with_: Sequence[str], costs: Sequence[str] = ()) -> Run:
    """A whole run with these scripts; ``costs`` are those of the guests that measure costs."""
    follow(kernels, without, with_)
    for name, script in zip(("other", "stock"), costs, strict=False):
        Boots(kernels / name).follow([script], f"{name}-cost")
    return engine.perform(resolve(Choice(kernels / "lab.yaml", cost=bool(costs))))[1]


def guest(*rows: str) -> str:
    """A guest that runs the scenario with these rows."""
    first = [line("points", placed=9, refused=[]), line("canary", ok=True), begin(NAME)]
    digits = "3" * 400
    return boot(*first, *rows, end(digits, "0" * 400), done(NAME), bye())


GOOD = guest(*map(passed, ("AB", "AB A1#1", "BA", "BA B1#1")))
BAD = guest(passed("AB"), failed("AB A1#1", SIGBUS), passed("BA"), passed("BA B1#1"))
TIMED = [1000] * 64  # ns
UNBOOTED = boot(last="console lab: broken: no DAX here\nconsole reboot: Power down\n")


def costly(times: int) -> str:
    """A guest that times one operation: so many times what it costs at least."""
    each = [times * value for value in TIMED]
    rows = [line("cost", name="0", trial=n, ns=sum(each), cpu=sum(each), failed=0, each=each) for n in range(8)]
    return boot(*rows, bye())
