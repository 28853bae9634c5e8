# SPDX-License-Identifier: GPL-2.0-only
"""A user's clone in real guests: `git bisect run` with the lab's step, and a dirty tree as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import folders
from harness.config.models import DebianSource
from harness.deadline import Deadline
from harness.errors import ExitStatus
from harness.kernel.sources import obtain
from tests.generated_history import MUTANT, SCENARIO, SHORT, Generated, generate

LAB = [sys.executable, "-m", "harness"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    pristine = obtain(DebianSource(debian="linux-source-6.1"), Deadline()).folder
    return generate(pristine, tmp_path_factory.mktemp("history") / "linux.git", SHORT)


@pytest.fixture(scope="module")
def clone(made: Generated, run_folders: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sparse checkout: the lab takes from it what differs, and the rest from its commit."""
    folder = tmp_path_factory.mktemp("clone") / "linux"
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", made.git, folder], check=True)
    git(folder, "sparse-checkout", "set", "fs", "mm")
    git(folder, "checkout", "--quiet", "main")
    return folder


def git(folder: Path, *words: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(folders.PROJECT)}
    done = subprocess.run(["git", *words], cwd=folder, env=env, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_git_bisect_run_finds_the_culprit_past_a_commit_that_does_not_build(made: Generated, clone: Path) -> None:
    git(clone, "bisect", "start", made.bad, made.good)
    said = git(clone, "bisect", "run", *LAB, "bisect-step", "--scenario", SCENARIO)
    assert f"{made.culprit} is the first bad commit" in said
    assert "cannot build: " in said and "this commit does not build" in said
    assert "bad: " in said and "good: silent in " in said
    git(clone, "bisect", "reset")


def test_a_dirty_tree_fails_beside_its_last_commit_and_stays_as_it_is(made: Generated, clone: Path) -> None:
    git(clone, "checkout", "--quiet", made.commits[SHORT.culprit - 1])
    git(clone, "apply", str(MUTANT))
    before = git(clone, "status", "--porcelain"), git(clone, "diff")
    words = ["run", "--tree", ".", "--scenario", SCENARIO, "--bound", "1", "--no-stress"]
    env = {**os.environ, "PYTHONPATH": str(folders.PROJECT)}
    done = subprocess.run([*LAB, *words], cwd=clone, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == ExitStatus.KERNEL_FAILED, done.stdout + done.stderr
    assert "FAIL: `tree` fails" in done.stdout and SCENARIO in done.stdout
    assert (git(clone, "status", "--porcelain"), git(clone, "diff")) == before == (" M fs/dax.c\n", before[1])
