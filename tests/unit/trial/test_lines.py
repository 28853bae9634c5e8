# SPDX-License-Identifier: GPL-2.0-only
"""Lines that differ between the kept sources of two kernels."""

from pathlib import Path

from harness.kernel.artefacts import Kernel
from harness.trial.lines import changed_lines


def kernel(folder: Path, **texts: str) -> Kernel:
    for name, text in texts.items():
        file = folder / "sources/fs" / f"{name}.c"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Kernel(folder.name, "key", folder, "6.1.0", "0a")


def test_lines_are_numbered_as_in_each_kernel(tmp_path: Path) -> None:
    one = kernel(tmp_path / "one", dax="a\nb\nc\n")
    other = kernel(tmp_path / "other", dax="new\na\nb\nC\n")
    assert changed_lines(one, other, ["fs/dax.c"]) == (
        {("fs/dax.c", 0), ("fs/dax.c", 1), ("fs/dax.c", 3)},
        {("fs/dax.c", 1), ("fs/dax.c", 4)},
    )


def test_a_file_that_one_kernel_has_not_is_changed_as_a_whole(tmp_path: Path) -> None:
    one, other = kernel(tmp_path / "one"), kernel(tmp_path / "other", new="a\nb\n")
    assert {("fs/new.c", 1), ("fs/new.c", 2)} <= changed_lines(one, other, ["fs/new.c"])[1]
