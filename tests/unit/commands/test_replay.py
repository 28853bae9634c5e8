# SPDX-License-Identifier: GPL-2.0-only
"""`lab replay` as typed: what it refuses, what it prints, and what it exits with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import host
from harness.bundle import again as bundle_again
from harness.bundle import contents
from harness.bundle.archive import write_archive
from harness.cli import main
from harness.results.folder import RunFolder
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import GOOD, NAME, SIGBUS, compiled_pair, guest
from tests.fakes.records import STEP, STOP, boot, bye, failed, line, passed

TRACE = [0, STEP, 0, 1, 0, 0, STEP, 1, 1, 0, 0, STOP, 1, 1, 0]
ROW = failed("AB A1#1", SIGBUS, tr=TRACE)
OTHERWISE = failed("AB A1#1", ("hang", "B: blocked for ever"), tr=TRACE)
CANARY_PASSED = boot(line("points", placed=9, refused=[]), line("canary", ok=False), bye())
Again = Callable[..., int]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_pair(tmp_path_factory.mktemp("kernels"), brought=False)


@pytest.fixture
def again(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Leaves a run in which `stock` fails, then types `lab replay` with a guest that says ``now``."""
    prebuilt.scripted(tmp_path, monkeypatch)
    monkeypatch.setattr(host, "ensure", lambda *_words: None)
    monkeypatch.setattr(bundle_again, "supplies", lambda spec: prebuilt.engine.supplies(spec))
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


def test_scenario_and_kernel_need_no_name_where_one_alone_shows_it(
    again: Again, capsys: pytest.CaptureFixture[str]
) -> None:
    assert again("last", schedule()) == 0
    assert capsys.readouterr().out.startswith(f"{NAME} on stock: ")


def test_a_schedule_that_failed_nowhere_needs_them(again: Again, capsys: pytest.CaptureFixture[str]) -> None:
    assert again("last", "BA") == 2
    assert "`BA` failed nowhere in run 1: --scenario and --kernel name one that passed" in capsys.readouterr().err


def test_without_a_schedule_all_is_swept_again(
    again: Again, kernels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Boots(kernels / "other").follow([GOOD])
    Boots(kernels / "stock").follow([guest(passed("AB"), ROW, passed("BA"))])
    capsys.readouterr()
    assert main(["replay", "last", "--config", str(kernels / "lab.yaml")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{NAME} on other: the same, 0 of 4 schedules fail",
        f"{NAME} on stock: the same, 1 of 3 schedules fail",
        "2 of 2 sweeps show the same",
    ]


def test_a_sweep_in_which_the_lab_broke_is_status_3_unless_another_one_differs(
    again: Again, kernels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for now, status in ((guest(passed("AB"), ROW, passed("BA")), 3), (guest(passed("AB"), OTHERWISE), 1)):
        Boots(kernels / "other").follow([CANARY_PASSED] * 3)
        Boots(kernels / "stock").follow([now])
        capsys.readouterr()
        assert main(["replay", "last", "--config", str(kernels / "lab.yaml")]) == status
        assert capsys.readouterr().out.startswith(f"{NAME} on other: says nothing: ")


def test_a_bundle_is_run_again_with_the_kernels_that_it_brings(
    again: Again, kernels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = str(tmp_path / "b.tar.gz")
    assert main(["bundle", "last", "--kernels", "-o", bundle]) == 0
    monkeypatch.setenv("LAB_RUNS", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "other-cache"))
    Boots(kernels / "other").follow([GOOD])
    Boots(kernels / "stock").follow([guest(passed("AB"), OTHERWISE, passed("BA"))])
    capsys.readouterr()
    assert main(["replay", bundle]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{NAME} on other: the same, 0 of 4 schedules fail"
    assert lines[1].startswith(f"{NAME} on stock: `AB A@")
    assert lines[1].endswith("shows hang, then sigbus")
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "other-cache" / "kernels").exists(), "a stranger's kernel never gets into the cache"


def test_a_bundle_whose_kernel_is_another_is_refused(
    again: Again, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = RunFolder.open("last")
    manifest, files = contents.bundle(folder, kernels=True)
    with_, without = (each.key for each in reversed(folder.load().kernels))
    files[f"kernels/{with_}/vmlinux"] = files[f"kernels/{without}/vmlinux"]
    write_archive(tmp_path / "b", manifest, files)
    assert main(["replay", str(tmp_path / "b")]) == 2
    assert "kernel stock: the bundle has build id 0a0a" in capsys.readouterr().err


def test_without_a_schedule_no_cell_can_be_named(again: Again, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "last", "--kernel", "stock"]) == 2
    assert "--kernel goes with a SCHEDULE" in capsys.readouterr().err


def test_gdb_is_told_of_in_one_line_and_its_script_is_gone_behind_it(
    again: Again, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert again(*asked(), "--gdb") == 0
    said = capsys.readouterr()
    (line_,) = [each for each in said.err.splitlines() if "the guest waits" in each]
    assert not Path(line_.split("gdb -x ")[1]).exists()
    assert "trace of 2 steps and outcome are those of the run" in said.out
