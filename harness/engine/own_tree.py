# SPDX-License-Identifier: GPL-2.0-only
"""`lab run --tree DIR`: the user's tree as it is, against what it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config.models import GitSource, KernelSpec, Lab, TreeSource
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.engine.experiment import Choice

TREE, HEAD = "tree", "head"  # names of the two kernels


def with_tree(lab: Lab, choice: Choice, tree: Path) -> tuple[Lab, Choice]:
    """The experiment `tree` with, `head` (the last commit) without, or what ``choice`` names.

    Raises BadInput for a folder that is not there, and for one that is no git checkout where nothing is named.
    """
    from harness.kernel.git import repository

    if not tree.is_dir():
        raise BadInput(f"--tree: {tree} is no folder")
    if choice.with_:
        raise BadInput(f"--tree is the kernel with the patch, and so is `--with {choice.with_}`: give one of them")
    kernels = dict(lab.kernels)
    try:
        checkout = repository(tree).checkout
    except BadInput:
        checkout = None
    if checkout is None:
        if not choice.without:
            raise BadInput(f"--tree: {tree} is no git checkout: name the kernel to compare it with by --without")
        kernels[TREE] = KernelSpec(source=TreeSource(tree=tree.resolve()))
    else:
        kernels[TREE] = KernelSpec(source=GitSource(git=str(checkout), checkout=True))
        kernels[HEAD] = KernelSpec(source=GitSource(git=str(checkout), ref="HEAD"))
    named = replace(choice, with_=TREE, without=choice.without or HEAD)
    return lab.model_copy(update={"kernels": kernels}), named
