# SPDX-License-Identifier: GPL-2.0-only
"""One schedule of a past run again, in a guest that does the same, or does not."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from harness import folders
from harness.config.models import GuestSpec
from harness.engine import replay as module
from harness.engine.debugger import Debugger
from harness.engine.replay import Replay, alone, cached_kernel, replay
from harness.errors import BadInput, LabBroke
from harness.points.point import Point
from harness.results.folder import RunFolder
from harness.sweep.ledger import HUNG
from harness.sweep.records import Ended, Kind, Schedule, Step
from tests.fakes import prebuilt
from tests.fakes.boots import Boots
from tests.fakes.prebuilt import GOOD, NAME, SIGBUS, compiled_pair, guest
from tests.fakes.records import (
    STEP,
    STOP,
    begin,
    boot,
    bye,
    done,
    end,
    failed,
    line,
    panics,
    passed,
    scenario,
    start,
    subject,
)

AGAIN = "AB A1#1"  # the schedule that is run again, as the guest calls it
TRACE = [0, STEP, 0, 1, 0, 0, STEP, 1, 1, 0, 0, STOP, 1, 1, 0, 1, STEP, 0, 1, 0]
FINISHED: dict[str, Any] = {"st": 0, "r": 0, "n": 0, "saw": "0A", "bus": [], "stk": []}
ENDS = [FINISHED, FINISHED]
ROW = failed(AGAIN, SIGBUS, tr=TRACE, e=ENDS)
Again = Callable[..., Replay]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_pair(tmp_path_factory.mktemp("kernels"), brought=False)


@pytest.fixture
def again(kernels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Runs the experiment, then the schedule again in a guest that says ``now``."""
    prebuilt.supplied(tmp_path, monkeypatch)
    recorded = guest(passed("AB"), ROW, passed("BA"), passed("BA B1#1"))

    def run(*now: str, text: str = "", scenario: str = NAME, kernel: str = "stock", last: str = "") -> Replay:
        prebuilt.perform(kernels, [GOOD], [recorded])
        script = boot(*start(), begin(NAME), *now, last=last) if last else guest(*now)
        Boots(kernels / "stock").follow([script])
        Boots(kernels / "other").follow([script])
        return replay(RunFolder.open("last"), text or named(1), scenario=scenario, kernel=kernel, guest=GuestSpec())

    return run


def point(number: int) -> Point:
    """A point of the kernel `stock` of the last run."""
    return next(each for each in RunFolder.open("last").load().points["stock"] if each.index == number)


def named(number: int) -> str:
    """The schedule that stops A at the first visit of that point, as reports print it."""
    return f"AB A@{point(number).name}#1"


def test_the_same_again_does_not_part(again: Again, kernels: Path) -> None:
    done_again = again(ROW)
    assert done_again.parted == ""
    assert (done_again.scenario, done_again.kernel) == (NAME, "stock")
    assert done_again.recorded == done_again.replayed
    assert done_again.replayed.violations[0].kind is Kind.SIGBUS
    assert done_again.replayed.trace[1] == Step(0, point(1).function, point(1).offset, 1, stopped=True)


def test_the_guest_is_told_to_run_that_schedule_alone_on_the_points_of_the_run(again: Again, kernels: Path) -> None:
    again(ROW)
    job = Boots(kernels / "stock").job(0)
    assert job[0] == "build-id " + "0b" * 20
    assert f"only {AGAIN}" in job
    assert [words.split()[1] for words in job if words.startswith("scenario")] == [f"name={NAME}"]
    assert "points /job.points" in job


def test_the_guest_mounts_what_the_run_was_swept_on_whatever_lab_yaml_says_by_now(
    again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(ROW)
    asked: list[str] = []
    plan = module.guest_plan

    def noted(mode: Any, spec: GuestSpec, *rest: Any, **more: Any) -> Any:
        asked.append(spec.filesystem)
        return plan(mode, spec, *rest, **more)

    monkeypatch.setattr(module, "guest_plan", noted)
    replay(RunFolder.open("last"), named(1), scenario=NAME, kernel="stock", guest=GuestSpec(filesystem="xfs"))
    assert asked == ["ext4"]


def test_a_side_names_its_kernel(again: Again) -> None:
    assert again(ROW, kernel="with").kernel == "stock"


def test_a_trace_that_parts_is_told_by_its_step_and_what_was_there(again: Again) -> None:
    parted = again(failed(AGAIN, SIGBUS, tr=[*TRACE[:-5], 1, STEP, 2, 3, 0], e=ENDS)).parted
    was, now = point(0), point(2)
    assert parted == f"the traces part at step 3: B at {was.name}, visit 1 in the run, B at {now.name}, visit 3 now"


def test_a_trace_that_goes_on_or_ends_before_is_told_by_its_lengths(again: Again) -> None:
    assert again(failed(AGAIN, SIGBUS, tr=[*TRACE, 1, STEP, 1, 1, 0], e=ENDS)).parted == (
        "the trace had 3 steps in the run and has 4 now"
    )


@pytest.mark.parametrize(
    ("violations", "now"),
    [((), "nothing"), ([("tags", "x")], "tags"), ([SIGBUS, ("mismatch", "x")], "sigbus, mismatch")],
)
def test_other_kinds_of_violation_are_named(again: Again, violations: Any, now: str) -> None:
    parted = again(failed(AGAIN, *violations, tr=TRACE, e=ENDS)).parted
    assert parted == f"it showed sigbus in the run and shows {now} now"


def test_the_words_of_a_violation_may_differ(again: Again) -> None:
    assert again(failed(AGAIN, ("sigbus", "A: two times"), tr=TRACE, e=ENDS)).parted == ""


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"st": 1}, "blocked, saw 0A"),
        ({"saw": "0B"}, "finished, saw 0B"),
        ({"n": 5}, "finished, errno 5, saw 0A"),
        ({"bus": [2, 4]}, "finished, SIGBUS 2 4, saw 0A"),
    ],
)
def test_an_actor_that_ends_otherwise_is_named_with_both_ends(again: Again, change: Any, now: str) -> None:
    parted = again(failed(AGAIN, SIGBUS, tr=TRACE, e=[FINISHED, FINISHED | change])).parted
    assert parted == f"actor B ended otherwise: finished, saw 0A in the run, {now} now"


def test_what_passed_in_the_run_and_passes_again_has_no_trace_to_compare(again: Again) -> None:
    same = again(passed("BA"), text="BA")
    assert (same.recorded, same.parted, same.replayed.failed) == (None, "", False)


def test_what_passed_in_the_run_and_fails_now_is_told(again: Again) -> None:
    assert again(failed("BA", SIGBUS), text="BA").parted == "it passed in the run and fails now"


def test_a_schedule_that_the_run_did_not_run_has_nothing_to_be_compared_with(again: Again) -> None:
    again(ROW)  # a run whose points have names
    other = again(passed("AB B0#2"), text=f"AB B@{point(0).name}#2")
    assert other.parted == "the run did not run this schedule, so there is nothing to compare"


def test_a_hang_is_the_outcome_of_its_schedule_and_no_guest_goes_on_behind_it(again: Again, kernels: Path) -> None:
    hung = failed(AGAIN, ("hang", "B: blocked for ever"), tr=TRACE, e=[FINISHED, FINISHED | {"st": 1}])
    replayed = again(hung, end("3" * 400, "0" * 400, complete=False), done(NAME, HUNG, now=AGAIN), bye(), last="finish")
    assert replayed.replayed.ends[1].ended is Ended.BLOCKED
    assert replayed.parted == "it showed sigbus in the run and shows hang now"
    assert Boots(kernels / "stock").count() == 1


def test_a_kernel_that_dies_of_the_schedule_says_so_though_no_trace_comes_out(again: Again) -> None:
    died = again(last="console kernel BUG at fs/dax.c:415!\n" + panics(f"in schedule {NAME} {AGAIN}"))
    assert [each.kind for each in died.replayed.violations] == [Kind.OOPS]
    assert died.parted == "it showed sigbus in the run and shows oops now"


def test_a_replay_that_did_not_follow_its_schedule_says_nothing(again: Again) -> None:
    with pytest.raises(LabBroke, match="the replay says nothing: not every stop was reached"):
        again(line("parted", why="not every stop was reached"))


def test_a_schedule_that_the_run_has_not_and_no_guest_can_run_is_the_users_mistake(again: Again) -> None:
    again(ROW)
    text = f"AB A@{point(1).name}#9"
    with pytest.raises(BadInput, match=r"#9` is no schedule of run 2, and none that can be run: .* every stop"):
        again(line("parted", why="not every stop was reached"), text=text)


def test_a_guest_without_a_record_of_the_schedule_is_the_labs_fault(again: Again) -> None:
    with pytest.raises(LabBroke, match="without a record of the schedule"):
        again()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kernel": "gone"}, "run 1 has no kernel `gone`; it has other, stock"),
        ({"scenario": "fsync-write"}, f"run 1 has no scenario `fsync-write`; it has {NAME}"),
        ({"text": "A1#1"}, "`A1#1` is no schedule: it begins with the start order"),
        ({"text": "AB A1#1"}, "`A1#1` is no stop: write ACTOR@FUNCTION"),
        ({"text": "AB A@vfs_read+0x0#1"}, r"no point in vfs_read\(\)"),
    ],
)
def test_words_that_the_run_does_not_know_are_bad_input(again: Again, said: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        again(**said)


@pytest.mark.parametrize("gone", ["kernels", "modules"])
def test_a_kernel_that_has_left_the_cache_is_bad_input_that_says_how_to_have_it_again(again: Again, gone: str) -> None:
    again(ROW)
    shutil.rmtree(folders.cache() / gone)
    folder = RunFolder.open("last")
    with pytest.raises(BadInput, match=r"kernel stock \(.*\) is not in the cache any more: `./lab run` builds it"):
        replay(folder, named(1), scenario=NAME, kernel="stock", guest=GuestSpec())
    with pytest.raises(BadInput, match="not in the cache any more"):
        cached_kernel(folder.load(), "with")


def test_a_run_of_another_kernel_under_that_key_is_refused(again: Again) -> None:
    again(ROW)
    folder = RunFolder.open("last")
    run = folder.load()
    folder.save(replace(run, kernels=tuple(replace(each, key="0" * 20) for each in run.kernels)))
    with pytest.raises(BadInput, match=r"kernel stock \(0{20}\) is not in the cache"):
        replay(folder, named(1), scenario=NAME, kernel="stock", guest=GuestSpec())


def test_a_prebuilt_kernel_that_brings_its_modules_can_be_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prebuilt.supplied(tmp_path, monkeypatch)
    kernels = compiled_pair(tmp_path / "bringing")
    prebuilt.perform(kernels, [GOOD], [GOOD])
    assert replay(RunFolder.open("last"), "AB", scenario=NAME, kernel="stock", guest=GuestSpec()).parted == ""


def test_a_stop_in_an_atomic_section_is_run_on_a_guest_that_serves_it(again: Again, kernels: Path) -> None:
    again(ROW)
    text = f"{named(1)}!"
    done_again = again(passed("AB A1#1!"), text=text)
    assert str(done_again.replayed.schedule) == text
    assert {"only AB A1#1!", "atomic-stops 1"} <= set(Boots(kernels / "stock").job(0))


def test_gdb_is_refused_where_two_cpus_are_at_work(tmp_path: Path) -> None:
    schedule = Schedule.parse("AB A@f+0x10#1!")
    with pytest.raises(BadInput, match="with two CPUs at work: gdb does not follow it there"):
        alone(subject(tmp_path), scenario(), GuestSpec(), schedule, cast(Debugger, object()))
