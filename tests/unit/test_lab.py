# SPDX-License-Identifier: GPL-2.0-only
"""The bootstrap script, on a miniature project: an empty lock file and a harness that prints its arguments."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from harness import folders

TOOLS = ("bash", "sh", "env", "readlink", "dirname", "sha256sum", "flock", "tail", "mv", "chmod", "id", "cat")
CLI = "import sys\ndef main():\n    print(sys.prefix, *sys.argv[1:])\n    return 4\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after its first start."""
    project = tmp_path_factory.mktemp("lab") / "project with space"
    (project / "harness").mkdir(parents=True)
    shutil.copy(folders.PROJECT / "lab", project / "lab")
    (project / "requirements.lock").write_text("# nothing\n")
    (project / "harness" / "__init__.py").touch()
    (project / "harness" / "cli.py").write_text(CLI)
    both = [start(project, "first"), start(project, "second")]
    said = [child.communicate(timeout=100) for child in both]
    assert [child.returncode for child in both] == [4, 4]
    assert sorted(out for out, _ in said) == [f"{project}/.venv {word}\n" for word in ("first", "second")]
    assert "".join(err for _, err in said).count("making .venv") == 1
    return project


def start(project: Path, *words: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [project / "lab", *words],
        cwd="/",
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(child: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = child.communicate(timeout=100)
    return child.returncode, out, err


def test_two_first_starts_at_once_make_one_venv_and_hand_over(made: Path) -> None:
    assert (made / ".venv" / "lab-stamp").is_file()


def test_a_second_start_is_quick_and_says_nothing(made: Path) -> None:
    began = time.monotonic()
    status, out, err = finish(start(made, "run", "--flag", "two words"))
    assert time.monotonic() - began < 2
    assert (status, err) == (4, "")
    assert out == f"{made}/.venv run --flag two words\n"


def test_a_link_to_the_script_works(made: Path, tmp_path: Path) -> None:
    (tmp_path / "mylab").symlink_to(made / "lab")
    child = subprocess.run([tmp_path / "mylab"], capture_output=True, text=True, check=False)
    assert (child.returncode, child.stderr) == (4, "")


def test_the_folder_one_stands_in_cannot_shadow_the_harness(made: Path, tmp_path: Path) -> None:
    (tmp_path / "harness.py").write_text("raise SystemExit(99)")
    child = subprocess.run([made / "lab"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert child.returncode == 4


def test_a_changed_lock_file_is_installed_and_a_failure_leaves_no_stamp(made: Path) -> None:
    lock = made / "requirements.lock"
    before = lock.read_text()
    lock.write_text("no-such-distribution==1.0 --hash=sha256:" + 64 * "0" + "\n")
    try:
        status, out, err = finish(start(made, PIP_NO_INDEX="1"))
        assert (status, out) == (3, "")
        assert err.splitlines()[-1].startswith("lab: the Python packages of requirements.lock could not be installed")
        assert "No matching distribution" in err
    finally:
        lock.write_text(before)
    assert finish(start(made))[0] == 4


def test_a_moved_project_mends_its_venv(made: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(made, moved, symlinks=True)
    status, out, err = finish(start(moved, "x"))
    assert (status, out) == (4, f"{moved}/.venv x\n")
    assert "making .venv" in err


def test_another_python_behind_the_venv_mends_it(made: Path, tmp_path: Path) -> None:
    """What an upgrade of the distribution does: the link in .venv then leads to another Python."""
    project = tmp_path / "project"
    shutil.copytree(made, project, symlinks=True)
    assert finish(start(project))[0] == 4
    stamp = project / ".venv" / "lab-stamp"
    stamp.write_text(stamp.read_text().rsplit(" ", 1)[0] + " /usr/bin/python3.1\n")
    status, _, err = finish(start(project))
    assert status == 4
    assert "making .venv" in err


def test_without_python_the_command_to_install_it_is_named(made: Path, tmp_path: Path) -> None:
    bare, project = tmp_path / "bin", tmp_path / "project"
    bare.mkdir()
    for tool in TOOLS:
        (bare / tool).symlink_to(str(shutil.which(tool)))
    project.mkdir()
    shutil.copy(made / "lab", project / "lab")
    (project / "requirements.lock").touch()
    status, out, err = finish(start(project, "doctor", "--no-install", PATH=str(bare)))
    assert (status, out) == (3, "")
    assert err.endswith("apt-get install -y --no-install-recommends python3 python3-venv ca-certificates\n")
    assert not (project / ".venv").exists()
