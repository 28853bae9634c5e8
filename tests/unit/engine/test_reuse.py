# SPDX-License-Identifier: GPL-2.0-only
"""What an earlier run swept wholly, of the same content, need not be swept again; all else must."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness import folders
from harness.collect import detector
from harness.config.loader import load_scenarios
from harness.config.models import GuestSpec
from harness.deadline import Deadline
from harness.engine import reuse
from harness.engine import run as engine
from harness.engine.experiment import Choice, resolve
from harness.engine.guests import Supplies
from harness.engine.reuse import result_key, sweep_key
from harness.engine.subject import Subject
from harness.engine.sweeps import Hall
from harness.history.store import History
from harness.kernel.artefacts import Kernel
from harness.points.point import Point
from harness.results.run import Run
from harness.sweep.records import Kind
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import BAD, GOOD, NAME, SIGBUS, guest
from tests.fakes.records import failed, line, passed

Perform = Callable[..., Run]
WARNING = "WARNING: CPU: 0 PID: 71 at fs/dax.c:640 grab_mapping_entry+0x120/0x200"
LOUD = guest(passed("AB"), line("k", l=4, us=5, m=WARNING), failed("AB A1#1", SIGBUS))
CUT = guest(passed("AB"), failed("AB A1#1", SIGBUS)).replace('"complete":true', '"complete":false')


@pytest.fixture
def perform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Perform:
    """Runs the experiment; the kernels' next boots follow the scripts, none given: they must not boot."""
    kernels = prebuilt.compiled_pair(tmp_path / "kernels")
    prebuilt.supplied(tmp_path, monkeypatch)

    def run(*scripts: list[str], reuse: bool = True) -> Run:
        without, with_ = scripts or ([], [])
        Boots(kernels / "other").follow(without)
        Boots(kernels / "stock").follow(with_)
        return engine.perform(resolve(Choice(kernels / "lab.yaml", reuse=reuse)))[1]

    return run


def sweeps(run: Run) -> list[tuple[str, str, bool]]:
    return [(each.kernel, each.digest, bool(each.taken_from)) for each in run.results]


def test_the_same_content_is_not_swept_again_and_the_run_says_whose_results_it_has(perform: Perform) -> None:
    first = perform([BAD], [GOOD])
    again = perform()
    assert sweeps(first) == [(kernel, digest, False) for kernel, digest, _taken in sweeps(again)]
    assert all(taken for *_rest, taken in sweeps(again))
    with History.open() as history:
        told = f"run 1, {history.find('1').short}"
    assert {each.taken_from for each in again.results} == {told}
    assert first.verdict and again.verdict
    assert again.verdict.word == first.verdict.word
    assert f"2 of 2 sweeps were not made again: {told}, made them of the same content" in again.verdict.findings
    log = folders.runs() / "2" / "dmesg" / "stock.log"
    assert f"not run again: {told} has it" in log.read_text()


def test_a_third_run_names_the_first_which_swept(perform: Perform) -> None:
    perform([BAD], [GOOD])
    perform()
    assert {each.taken_from[:5] for each in perform().results} == {"run 1"}


def test_without_being_asked_everything_is_swept(perform: Perform) -> None:
    perform([BAD], [GOOD])
    assert [taken for *_rest, taken in sweeps(perform([BAD], [GOOD], reuse=False))] == [False, False]


def test_what_was_not_swept_wholly_is_swept_again(perform: Perform) -> None:
    first = perform([CUT], [GOOD])
    assert not first.results[0].whole
    assert [taken for *_rest, taken in sweeps(perform([BAD], []))] == [False, True]


def test_what_the_kernel_logged_in_that_scenario_comes_with_the_result(perform: Perform) -> None:
    first = perform([LOUD], [GOOD])
    assert [(each.kernel, each.scenario, each.finding.kind) for each in first.findings] == [("other", NAME, Kind.WARN)]
    assert perform().findings == first.findings


HALL = Hall(GuestSpec(), Supplies(Path("base-1"), Path("template-1")), Path("guests"), Deadline())
SCENARIO = load_scenarios()["fsync-write"]


@pytest.fixture
def kernel(tmp_path: Path) -> Subject:
    (tmp_path / "bzImage").write_bytes(b"kernel")
    point = Point(0, 0xFFFFFFFF81000000, "f", 0, "entry", "fs/dax.o", ())
    return Subject("stock", Kernel("stock", "key", tmp_path, "6.1.192", "ab"), (point,))


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, kernel=replace(one.kernel, modules_folder=Path("m/other"))),
        lambda one: replace(one, points=(replace(one.points[0], address=1),)),
        lambda one: replace(one, silent=frozenset([0])),
    ],
)
def test_another_module_point_or_pruning_is_another_key(kernel: Subject, change: Callable[[Subject], Subject]) -> None:
    assert sweep_key(change(kernel), SCENARIO, HALL) != sweep_key(kernel, SCENARIO, HALL)


@pytest.mark.parametrize(
    "hall",
    [
        replace(HALL, supplies=Supplies(Path("base-2"), Path("template-1"))),
        replace(HALL, supplies=Supplies(Path("base-1"), Path("template-2"))),
        replace(HALL, both_wake_ups=True),
        replace(HALL, atomic_stops=True),
        replace(HALL, guest=GuestSpec(memory="1G")),
    ],
)
def test_another_program_image_job_or_machine_is_another_key(kernel: Subject, hall: Hall) -> None:
    assert sweep_key(kernel, SCENARIO, hall) != sweep_key(kernel, SCENARIO, HALL)


def test_another_bound_is_another_key(kernel: Subject) -> None:
    bound = SCENARIO.model_copy(update={"bound": 0})
    assert sweep_key(kernel, bound, HALL) != sweep_key(kernel, SCENARIO, HALL)


def test_a_kernel_is_known_by_what_is_booted_and_not_by_its_name_or_source(kernel: Subject, tmp_path: Path) -> None:
    before = sweep_key(kernel, SCENARIO, HALL)
    renamed = replace(kernel, name="x", kernel=replace(kernel.kernel, key="of another commit"))
    assert sweep_key(renamed, SCENARIO, replace(HALL, workers=7, batches=9)) == before
    (tmp_path / "bzImage").write_bytes(b"another")
    assert sweep_key(kernel, SCENARIO, HALL) != before


def test_a_sample_matters_only_where_something_is_pruned(kernel: Subject) -> None:
    pruned, sampled = replace(kernel, silent=frozenset([0])), replace(HALL, sample=3)
    assert sweep_key(kernel, SCENARIO, sampled) == sweep_key(kernel, SCENARIO, HALL)
    assert sweep_key(pruned, SCENARIO, sampled) != sweep_key(pruned, SCENARIO, HALL)


def test_a_check_that_is_not_asked_for_and_one_that_an_old_kernel_cannot_have_are_different_results(
    kernel: Subject,
) -> None:
    """What the guest is told is the same."""
    old = replace(kernel, kernel=replace(kernel.kernel, release="4.9.0"))
    asked, unasked = (SCENARIO.model_copy(update={"checks": checks}) for checks in (("tags",), ()))
    assert "tags" in old.unchecked
    assert sweep_key(old, asked, HALL) == sweep_key(old, unasked, HALL)
    assert result_key(old, asked, HALL) != result_key(old, unasked, HALL)


def test_a_detector_that_came_later_has_read_no_earlier_log(
    kernel: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key() -> str:
        reuse._log_readers.cache_clear()
        return result_key(kernel, SCENARIO, HALL)

    monkeypatch.setattr(detector, "FOLDER", tmp_path)
    before = key()
    (tmp_path / "new.yaml").write_text("kind: warn\n")
    assert key() != before
    reuse._log_readers.cache_clear()
