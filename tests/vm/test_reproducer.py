# SPDX-License-Identifier: GPL-2.0-only
"""A reproducer under plain QEMU, without the harness: it shows the failure, and shows none where the lock is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness import folders
from harness.cli import main
from harness.engine.experiment import Choice, resolve
from harness.engine.run import perform
from harness.results.run import KernelInfo
from tests.vm.conftest import HOUR, LAB


def make_run(place: Path, info: KernelInfo) -> "subprocess.CompletedProcess[str]":
    """`make run` with a kernel of the cache; its modules are there already, as there is no kernel tree to build in."""
    kernel = folders.cache() / "kernels" / info.key
    for module in (place / "modules").iterdir():
        shutil.copy(folders.cache() / "modules" / info.modules / f"{module.name}.ko", module / f"{module.name}.ko")
    words = ["make", "run", f"VMLINUX={kernel / 'vmlinux'}", f"BZIMAGE={kernel / 'bzImage'}"]
    return subprocess.run(words, cwd=place, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio: ./lab doctor --check --install")
def test_plain_qemu_shows_on_the_wrong_kernel_what_it_does_not_show_on_the_right_one(
    run_folders: Path, tmp_path: Path
) -> None:
    choice = Choice(LAB, scenarios=("read-write-hole",), bound=1, budget=HOUR, stress=False)
    folder, run = perform(resolve(choice))
    result = run.results[0]
    place = tmp_path / "tree"
    assert main(["reproducer", str(folder.path), str(result.outcomes[0].schedule), "-o", str(place)]) == 0
    wrong, right = run.kernels
    shown = make_run(place, wrong)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "repro: REPRODUCED: " in shown.stdout
    refused = make_run(place, right)
    assert refused.returncode != 0
    assert "points.sh: " in refused.stderr, "another kernel, another offset"
    offset = refused.stderr.split("it stands at")[1].split()[0]
    name, _was, *instruction = (place / "stops").read_text().split()
    (place / "stops").write_text(f"{name} {offset} {' '.join(instruction)}\n")
    silent = make_run(place, right)
    assert silent.returncode != 0
    assert "repro: NOT REPRODUCED: " in silent.stdout
