# SPDX-License-Identifier: GPL-2.0-only
"""The recipes of docs/nightly-ci.md are what their vendors take, and their steps run in a clean clone."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import folders
from harness.cli import make_parser

RECIPES = folders.PROJECT / ".ci" / "recipes"
GITHUB, GITLAB = RECIPES / "github.yml", RECIPES / "gitlab.yml"
SERVICE, TIMER = RECIPES / "lab-nightly.service", RECIPES / "lab-nightly.timer"
STUB = """#!/bin/sh
echo "$@" >> "$LAB_RUNS/calls"
mkdir -p "$LAB_RUNS/9" "$LAB_RUNS/10"
echo "nothing changed" > "$LAB_RUNS/10/nightly.md"
echo "<testsuites/>" > "$LAB_RUNS/10/junit.xml"
exit "${STATUS:-0}"
"""


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (GITHUB, ["--builtin-schema", "vendor.github-workflows"]),
        (GITLAB, ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_a_recipe_is_what_its_vendors_schema_asks_for(recipe: Path, words: list[str], tmp_path: Path) -> None:
    check = [sys.executable, "-m", "check_jsonschema", *words]
    assert subprocess.run([*check, recipe], check=False).returncode == 0
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        recipe.read_text().replace("    steps:", "    stepz:").replace("  script:", "  skript: 7\n  stages:")
    )
    assert subprocess.run([*check, wrong], check=False, stdout=subprocess.DEVNULL).returncode == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_units_are_what_systemd_takes(tmp_path: Path) -> None:
    verify = ["systemd-analyze", "verify", "--user"]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run([*verify, TIMER, SERVICE], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = tmp_path / "lab-nightly.service"
    wrong.write_text(SERVICE.read_text().replace("Type=oneshot", "Type=sometimes"))
    assert subprocess.run([*verify, wrong], env=env, capture_output=True, text=True, check=False).stderr


def test_the_documentation_shows_the_recipes_as_they_are() -> None:
    shown = (folders.PROJECT / "docs" / "nightly-ci.md").read_text()
    for recipe in (GITHUB, GITLAB):
        text = recipe.read_text().split("\n", 1)[1]
        assert "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()) in shown
    for unit in (SERVICE, TIMER):
        assert unit.stem in shown


def github_steps() -> list[str]:
    steps: list[dict[str, Any]] = yaml.safe_load(GITHUB.read_text())["jobs"]["nightly"]["steps"]
    return [step["run"] for step in steps if "run" in step]


def gitlab_steps() -> list[str]:
    job = yaml.safe_load(GITLAB.read_text())["nightly"]
    return ["\n".join(job[part]) for part in ("before_script", "script", "after_script")]


def service_steps() -> list[str]:
    line = next(line for line in SERVICE.read_text().splitlines() if line.startswith("ExecStart="))
    return [line.removeprefix("ExecStart=")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clean clone whose `lab` writes down how it was called, and an `apt-get` that installs nothing."""
    place = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{folders.PROJECT}", place], check=True)
    (place / "lab").write_text(STUB)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "apt-get").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "bin" / "apt-get").chmod(0o755)
    return place


def run_step(clone: Path, script: str, **env: str) -> int:
    """One step as a runner has it: a shell that ends at the first error, in the clone."""
    runs = clone / ".lab" / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    own = {"PATH": f"{clone.parent / 'bin'}:/usr/bin:/bin", "LAB_RUNS": str(runs), "HOME": str(clone.parent)}
    return subprocess.run(["bash", "-e", "-c", script], cwd=clone, env={**own, **env}, check=False).returncode


def calls(clone: Path) -> list[str]:
    return (clone / ".lab" / "runs" / "calls").read_text().splitlines()


@pytest.mark.parametrize("steps", [github_steps, gitlab_steps, service_steps])
@pytest.mark.parametrize("status", [0, 1])
def test_the_steps_run_one_night_whose_status_is_the_jobs(clone: Path, steps: Any, status: int) -> None:
    summary = clone.parent / "summary"
    ends = [run_step(clone, step, STATUS=str(status), GITHUB_STEP_SUMMARY=str(summary)) for step in steps()]
    (call,) = calls(clone)
    assert sum(ends) == status
    args = make_parser(["nightly"]).parse_args(shlex.split(call))
    assert args.verb == "nightly"
    if steps is not service_steps:
        assert (clone / "results" / "junit.xml").is_file(), "the last run is kept, 10 and not 9"
    if steps is github_steps:
        assert summary.read_text() == "nothing changed\n"


@pytest.mark.parametrize("steps", [github_steps, gitlab_steps])
def test_a_night_that_left_nothing_fails_only_in_its_own_step(clone: Path, steps: Any) -> None:
    (clone / "lab").write_text("#!/bin/sh\nexit 2\n")
    ends = [run_step(clone, step, GITHUB_STEP_SUMMARY=str(clone.parent / "summary")) for step in steps()]
    assert [end for end in ends if end] == [2]
