# SPDX-License-Identifier: GPL-2.0-only
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import cli, folders, host


class Pytest:
    """Stands in for the child process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.argv: list[str] = []
        self.status = 0
        self.ensured: list[tuple[object, ...]] = []
        monkeypatch.setattr("harness.commands.test.wait_for", self.run)
        monkeypatch.setattr(host, "ensure", lambda *words: self.ensured.append(words))

    def run(self, argv: list[str]) -> int:
        self.argv = argv
        return self.status


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Pytest:
    return Pytest(monkeypatch)


def test_all_tests_run_with_the_projects_settings(child: Pytest) -> None:
    assert cli.main(["test"]) == 0
    assert child.argv[:3] == [sys.executable, "-m", "pytest"]
    assert child.argv[-1] == str(folders.PROJECT / "tests")
    assert "-m" not in child.argv[3:]


def test_fast_leaves_out_what_needs_a_kernel(child: Pytest) -> None:
    cli.main(["test", "--fast"])
    assert child.argv[child.argv.index("-m", 3) + 1] == "not vm"


def test_fast_uses_all_cores_but_not_under_a_debugger(child: Pytest) -> None:
    cli.main(["test", "--fast"])
    assert "auto" in child.argv
    cli.main(["test", "--fast", "--pdb"])
    assert "auto" not in child.argv
    cli.main(["test"])
    assert "auto" not in child.argv


def test_other_words_go_to_pytest(child: Pytest) -> None:
    cli.main(["test", "-x", "-k", "loader", "--fast"])
    assert child.argv[-4:-1] == ["-x", "-k", "loader"]


def test_a_file_that_is_named_replaces_the_whole_folder(child: Pytest) -> None:
    cli.main(["test", f"{__file__}::test_x"])
    assert child.argv[-1] == f"{__file__}::test_x"
    assert str(folders.PROJECT / "tests") not in child.argv


def test_packages_are_seen_to_first(child: Pytest) -> None:
    cli.main(["test", "--no-install"])
    assert child.ensured[0][0] is True


@pytest.mark.parametrize(("pytests", "ours"), [(0, 0), (1, 1), (2, 130), (3, 3), (4, 2), (5, 2), (-9, 3)])
def test_the_status_of_pytest_becomes_one_of_ours(child: Pytest, pytests: int, ours: int) -> None:
    child.status = pytests
    assert cli.main(["test"]) == ours


LAB = "import sys; from harness import cli, host; host.ensure = lambda *a: None; sys.exit(cli.main(sys.argv[1:]))"


def start(test: Path) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", LAB, "test", str(test), "-p", "no:cacheprovider"]
    return subprocess.Popen(argv, cwd=folders.PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_the_closing_line_of_pytest_is_the_last_one(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    child = start(tmp_path / "test_one.py")
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert " 1 passed in " in out.splitlines()[-1]


SLOW = """
import pathlib, time
def test_slow():
    try:
        pathlib.Path({began!r}).touch()
        time.sleep(60)
    finally:
        time.sleep(1)
        pathlib.Path({cleaned!r}).touch()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_test_run_has_the_time_to_clean_up(tmp_path: Path, number: signal.Signals) -> None:
    began, cleaned = tmp_path / "began", tmp_path / "cleaned"
    (tmp_path / "test_slow.py").write_text(SLOW.format(began=str(began), cleaned=str(cleaned)))
    child = start(tmp_path / "test_slow.py")
    while not began.exists():
        time.sleep(0.02)
    if number == signal.SIGINT:
        os.killpg(child.pid, number)  # as a terminal does
        assert child.wait(30) == 130
        assert cleaned.exists()
    else:
        child.send_signal(number)
        assert child.wait(30) == 128 + number
    assert child.stdout
    child.stdout.close()
