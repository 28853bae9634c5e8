# SPDX-License-Identifier: GPL-2.0-only
"""`lab gdb` as typed: a schedule of a run, and one on a kernel of lab.yaml that no run has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import host
from harness.cli import main
from harness.engine import single
from harness.points.cache import load as load_points
from harness.results.folder import RunFolder
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import GOOD, NAME, SIGBUS, compiled_pair, guest
from tests.fakes.records import STEP, STOP, failed, passed

TRACE = [0, STEP, 0, 1, 0, 0, STEP, 1, 1, 0, 0, STOP, 1, 1, 0]
ROW = failed("AB A1#1", SIGBUS, tr=TRACE)
Type = Callable[..., int]


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    return compiled_pair(tmp_path / "kernels", brought=False)


@pytest.fixture
def typed(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Leaves a run in which `stock` fails, then types `lab gdb` with a guest that says ``now``."""
    prebuilt.scripted(tmp_path, monkeypatch)
    monkeypatch.setattr(host, "ensure", lambda *_words: None)
    prebuilt.perform(kernels, [GOOD], [guest(passed("AB"), ROW, passed("BA"))])

    def type_(*words: str, now: str = ROW) -> int:
        Boots(kernels / "stock").follow([guest(now)])
        return main(["gdb", "--config", str(kernels / "lab.yaml"), *words])

    return type_


def schedule() -> str:
    result = RunFolder.open("last").load().result(NAME, "stock")
    assert result
    return str(result.outcomes[0].schedule)


def test_a_schedule_of_a_run_waits_for_gdb_and_is_compared(typed: Type, capsys: pytest.CaptureFixture[str]) -> None:
    text = schedule()
    capsys.readouterr()
    assert typed("last", text) == 0
    said = capsys.readouterr()
    assert "the guest waits; in another terminal: gdb -x " in said.err
    assert said.out.splitlines() == [
        f"{NAME} on stock: {text}",
        f"  sigbus: {SIGBUS[1]}",
        "  trace of 2 steps and outcome are those of the run",
    ]


def test_a_schedule_on_a_kernel_needs_no_run(typed: Type, kernels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = schedule()
    capsys.readouterr()
    assert typed("stock", text, "--scenario", NAME) == 0
    assert capsys.readouterr().out.splitlines() == [f"{NAME} on stock: {text}", f"  sigbus: {SIGBUS[1]}"]
    assert "only AB A1#1" in Boots(kernels / "stock").job(0)


def test_a_stop_between_calls_is_found_among_all_instructions(
    typed: Type, kernels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = single.resolved(kernels / "lab.yaml", "stock", NAME, "AB")
    every = next(load_points(path) for path in made.subject.kernel.folder.glob("points-*.json"))
    fine = single.points_of(made.subject.kernel, ["fs/dax.c"], True)
    between = next(each for each in fine if each.name not in {point.name for point in every})
    assert len(made.subject.points) < len(fine)
    asked = single.resolved(kernels / "lab.yaml", "stock", NAME, f"AB A@{between.name}#1")
    assert len(asked.subject.points) == len(fine)


def test_a_guest_that_was_ended_from_gdb_is_no_error(
    typed: Type, kernels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = schedule()
    capsys.readouterr()
    Boots(kernels / "stock").follow([""])
    assert main(["gdb", "--config", str(kernels / "lab.yaml"), "last", text]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "no outcome: a guest ended before its work was done" in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["stock", "AB"], "a schedule is of a scenario: name it by --scenario"),
        (["stock", "AB", "--scenario", "no-such"], "no scenario is called `no-such`"),
        (["stock", "ABC", "--scenario", NAME], f"`ABC`: {NAME} has the actors AB, and each starts once"),
        (["stock", "AB A@nowhere+0x1#1", "--scenario", NAME], "no point in nowhere()"),
        (["stock", "A B", "--scenario", NAME], "`B` is no stop"),
        (["stock", "AB", "--scenario", NAME, "--kernel", "x"], "--kernel goes with a run"),
        (["unlocked", "AB"], "`unlocked` is no finished run"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused_in_one_line(
    typed: Type, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    capsys.readouterr()
    assert typed(*words) == 2
    err = capsys.readouterr().err
    assert sentence in err and len(err.splitlines()) == 1
