# SPDX-License-Identifier: GPL-2.0-only
"""A failing schedule shown again in a guest that is held: what it is given, what is told of it, and what is left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.config.models import GuestSpec
from harness.engine import kept as module
from harness.engine.guests import Supplies
from harness.engine.kept import first_failing, hold, hold_first
from harness.errors import BadInput
from harness.results.folder import RunFolder
from harness.sweep.records import Kind, Outcome, Schedule, Violation
from tests.fakes import prebuilt, stress
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, NAME, SIGBUS, compiled_pair
from tests.fakes.records import PANIC, begin, boot, bye, done, end, failed, line, passed

ENDS = "console [    2.0] lab: job ended with status 0\nsleep 2\nexit 0\n"  # by itself, as no test can press Ctrl-C
FIRST = [line("points", placed=9, refused=[]), line("canary", ok=True), begin(NAME)]
Hold = Callable[..., int]


def shows(row: str) -> str:
    return boot(*FIRST, row, end("3" * 400, "0" * 400), done(NAME), bye(), last=ENDS)


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    return compiled_pair(tmp_path / "kernels", brought=False)


@pytest.fixture
def held(kernels: Path, supplies: Supplies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """Leaves a run in which `stock` fails, then shows its failing schedule in a guest that follows a script."""
    prebuilt.supplied(tmp_path, monkeypatch)
    prebuilt.perform(kernels, [GOOD], [BAD])

    def run(script: str, tell: Callable[[str], None] = print, **more: str) -> int:
        stress.follow(Boots(kernels / "stock"), [script], "stock-kept")
        folder = RunFolder.open("last")
        found = first_failing(folder.load())
        assert found
        asked = dict(zip(("text", "scenario", "kernel"), found, strict=True)) | more
        return hold(folder, **asked, guest=GuestSpec(), tell=tell)

    with stress.stress_guests(tmp_path, supplies, monkeypatch):
        yield run


def test_the_same_kinds_are_status_0_and_every_way_in_is_told_while_it_is_open(
    held: Hold, kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    there: list[bool] = []

    def tell(text: str) -> None:
        told.extend(text.splitlines())
        ways = {words[0]: words for words in (each.split() for each in told[3:])}
        there.append(all(Path(path).exists() for path in (ways["shell"][3], ways["gdb"][3], ways["console"][1])))

    assert held(shows(failed("AB A1#1", SIGBUS)), tell) == 0
    place = RunFolder.open("last").path / "guests" / "stock-kept" / "guest-0"
    assert told[0].startswith(f"{NAME} on stock: AB A@") and told[1:3] == [f"  sigbus: {SIGBUS[1]}", "  as in the run"]
    assert (
        f"  shell     ssh -F {place}/ssh.config guest" in told
        and "  again     mkdir /mnt/2 && LAB_FOLDER=/mnt/2 racer /job    (there)" in told
    )
    assert there == [True], "the files of the ways in"
    assert sorted(each.name for each in place.iterdir()) == ["console.log", "qemu.log", "records"]
    assert "only AB A1#1" in Boots(kernels / "stock").job("stock-kept.0")


def test_another_outcome_is_told_and_status_1(held: Hold, capsys: pytest.CaptureFixture[str]) -> None:
    assert held(shows(passed("AB A1#1"))) == 1
    assert "  it showed sigbus in the run and shows nothing here\n" in capsys.readouterr().out


def test_a_kernel_that_dies_of_it_is_held_for_gdb(held: Hold, capsys: pytest.CaptureFixture[str]) -> None:
    dies = boot(*FIRST, last=f"console [    2.0] {PANIC}\nsleep 4\nexit 0\n")
    assert held(dies) == 1, "in the run it showed SIGBUS and lived"
    said = capsys.readouterr()
    assert "(panic): Kernel panic - not syncing: Fatal exception; it is left as it was then, for gdb" in said.out
    assert "the guest is held; Ctrl-C ends it" in said.err


def test_a_death_that_the_run_has_too_is_the_same() -> None:
    recorded = Outcome(Schedule((0, 1)), (), violations=(Violation(Kind.OOPS, "BUG at fs/dax.c"),))
    assert module._compared(recorded, [], "it died (panic)", died=True) == (True, "it died (panic)")
    assert module._compared(recorded, [], "the connection is lost", died=False)[0] is False


def test_ctrl_c_ends_the_guest_and_keeps_the_status(
    held: Hold, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_text: str) -> None:
        raise KeyboardInterrupt

    assert held(shows(failed("AB A1#1", SIGBUS)).replace("sleep 2", "sleep 600"), interrupted) == 0
    assert "the guest is ended" in capsys.readouterr().err


def test_a_run_whose_kernel_under_test_is_silent_keeps_no_guest(
    kernels: Path, supplies: Supplies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    prebuilt.supplied(tmp_path, monkeypatch)
    run = prebuilt.perform(kernels, [BAD], [GOOD])
    hold_first(RunFolder.open("last"), run, GuestSpec(), print)
    said = capsys.readouterr()
    assert said.out == "" and "no guest is kept: no schedule fails that counts against" in said.err


def test_what_goes_wrong_with_the_guest_is_told_and_changes_no_verdict(
    kernels: Path, supplies: Supplies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    prebuilt.supplied(tmp_path, monkeypatch)
    run = prebuilt.perform(kernels, [GOOD], [BAD])

    def gone(*_words: object) -> None:
        raise BadInput("kernel stock (key) is not in the cache any more")

    monkeypatch.setattr(module, "cached", gone)
    hold_first(RunFolder.open("last"), run, GuestSpec(), print)
    assert "no guest is kept: kernel stock (key) is not in the cache any more" in capsys.readouterr().err


def test_a_stop_in_an_atomic_section_is_refused_as_the_held_guests_cpus_run_in_parallel(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="stops in an atomic section, which takes the sweep's guest"):
        hold(RunFolder(tmp_path / "1"), "AB A@f+0x10#1!", "fsync-write", "stock", GuestSpec(), print)
