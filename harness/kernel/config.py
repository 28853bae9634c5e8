# SPDX-License-Identifier: GPL-2.0-only
"""Makes a tree's .config: tinyconfig, the fragments over it, then everything asked for is checked."""

from collections.abc import Sequence
from pathlib import Path

from harness.deadline import Deadline
from harness.kernel import kconfig
from harness.kernel.fragments import Option
from harness.kernel.make import ENVIRONMENT, make
from harness.kernel.toolchain import Toolchain
from harness.process import run

MERGED = "lab.config"


def lines(toolchain: Toolchain) -> list[list[str]]:
    """The command lines that make a .config, to be run in the tree."""
    lines_ = [
        make(toolchain.cc, *toolchain.variables, "tinyconfig"),
        ["scripts/kconfig/merge_config.sh", "-m", ".config", MERGED],
        make(toolchain.cc, *toolchain.variables, "olddefconfig"),
    ]
    return [[*toolchain.enter, *line] for line in lines_]


def configure(tree: Path, options: Sequence[Option], toolchain: Toolchain, deadline: Deadline) -> None:
    """Writes ``tree``/.config. Raises BadInput naming an option that is not as asked, and its unmet dependency."""
    (tree / MERGED).write_text("".join(f"{option.text}\n" for option in options))
    for line in lines(toolchain):
        run(line, cwd=tree, env=ENVIRONMENT, deadline=deadline)
    kconfig.check(options, kconfig.read_config(tree / ".config"), tree)
