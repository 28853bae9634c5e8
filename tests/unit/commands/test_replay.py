# SPDX-License-Identifier: GPL-2.0-only
"""`lab replay` as typed: what it refuses, what it prints, and what it exits with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import host
from harness.cli import main
from harness.results.folder import RunFolder
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import GOOD, NAME, SIGBUS, compiled_pair, guest
from tests.fakes.records import STEP, STOP, failed, line, passed

TRACE = [0, STEP, 0, 1, 0, 0, STEP, 1, 1, 0, 0, STOP, 1, 1, 0]
ROW = failed("AB A1#1", SIGBUS, tr=TRACE)
OTHERWISE = failed("AB A1#1", ("hang", "B: blocked for ever"), tr=TRACE)
Again = Callable[..., int]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_pair(tmp_path_factory.mktemp("kernels"), brought=False)


@pytest.fixture
def again(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Leaves a run in which `stock` fails, then types `lab replay` with a guest that says ``now``."""
    prebuilt.scripted(tmp_path, monkeypatch)
    monkeypatch.setattr(host, "ensure", lambda *_words: None)
    prebuilt.perform(kernels, [GOOD], [guest(passed("AB"), ROW, passed("BA"))])

    def type_(*words: str, now: str = ROW) -> int:
        Boots(kernels / "stock").follow([guest(now)])
        return main(["replay", "--config", str(kernels / "lab.yaml"), *words])

    return type_


def schedule() -> str:
    """The schedule that failed, as reports print it."""
    result = RunFolder.open("last").load().result(NAME, "stock")
    assert result
    return str(result.outcomes[0].schedule)


def asked(text: str = "", run: str = "last", scenario: str = NAME, kernel: str = "stock") -> list[str]:
    return [run, text or schedule(), "--scenario", scenario, "--kernel", kernel]


def test_the_same_outcome_is_status_0_and_says_what_was_compared(
    again: Again, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(*asked()) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{NAME} on stock: {schedule()}",
        f"  sigbus: {SIGBUS[1]}",
        "  trace of 2 steps and outcome are those of the run",
    ]


def test_another_outcome_is_status_1_and_is_named(again: Again, capsys: pytest.CaptureFixture[str]) -> None:
    assert again(*asked(), now=OTHERWISE) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  hang: B: blocked for ever",
        "  it showed sigbus in the run and shows hang now",
    ]


def test_a_schedule_that_passed_says_that_there_is_no_trace(again: Again, capsys: pytest.CaptureFixture[str]) -> None:
    assert again(*asked("BA", kernel="with"), now=passed("BA")) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{NAME} on stock: BA",
        "  passes",
        "  it passes, as in the run (which keeps no trace of schedules that pass)",
    ]


def test_a_guest_that_left_its_schedule_is_the_labs_fault(again: Again, capsys: pytest.CaptureFixture[str]) -> None:
    assert again(*asked(), now=line("parted", why="not every stop was reached")) == 3
    assert "the replay says nothing: not every stop was reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"run": "12"}, "`12` is no finished run"),
        ({"text": "AB A1"}, "`A1` is no stop"),
        ({"scenario": "fsync-write"}, "run 1 has no scenario `fsync-write`"),
        ({"kernel": "gone"}, "run 1 has no kernel `gone`"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(
    again: Again, capsys: pytest.CaptureFixture[str], said: dict[str, str], sentence: str
) -> None:
    capsys.readouterr()
    assert again(*asked(**said)) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("left_out", ["--scenario", "--kernel"])
def test_scenario_and_kernel_must_be_named(capsys: pytest.CaptureFixture[str], left_out: str) -> None:
    words = {"--scenario": NAME, "--kernel": "stock"}
    given = [word for pair in words.items() if pair[0] != left_out for word in pair]
    assert main(["replay", "last", "AB", *given]) == 2
    assert f"the following arguments are required: {left_out}" in capsys.readouterr().err


def test_gdb_is_given_a_script_that_waits_at_the_guests_socket(
    again: Again, kernels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again(*asked(), "--gdb") == 0
    place = RunFolder.open("last").path
    script = (place / "stop.gdb").read_text()
    assert f"target remote {place / 'gdb.socket'}\n" in script
    assert "break sched_setattr_nocheck if" in script
    assert f"gdb -x {place / 'stop.gdb'}" in capsys.readouterr().err
