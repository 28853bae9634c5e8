# SPDX-License-Identifier: GPL-2.0-only
"""What was cut and what failed, by scenario, and which failures are documented."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.loader import load_scenarios, load_series, series_folder
from harness.config.scenario import Scenario
from harness.powercut.cases import cases
from harness.powercut.checks import Fault, Wrong
from harness.powercut.recorder import Recorder
from harness.powercut.result import Failure
from harness.powercut.tally import known, tallies
from harness.sweep.records import Kind
from tests.fakes.media import cut, moment, template
from tests.fakes.records import POINTS, begin, done, end, passed, scenario, start, subject

NAME = "fsync-fsync"
WHERE = "docs/findings/0001: the window"
LOST, FSCK = Wrong(Fault.LOST, "lost"), Wrong(Fault.FSCK, "damaged")


@pytest.fixture
def documented() -> Scenario:
    return scenario(
        NAME,
        ("fsync", "fsync"),
        documented={Kind.NOT_DURABLE: {"reason": WHERE, "within": ["dax_iomap_fault"]}},
        checks=("durable",),
    )


def failure(*wrong: Wrong, schedule: str = "AB A@dax_iomap_fault+0x2c#1") -> Failure:
    return Failure(NAME, schedule, "m", "", wrong)


def test_a_lost_store_is_known_where_the_scenario_documents_it(documented: Scenario) -> None:
    assert [each.known for each in known([failure(LOST)], [documented], POINTS, "6.1.192")] == [WHERE]
    assert [each.known for each in known([failure(LOST)], [scenario(NAME, ("fsync", "fsync"))], POINTS, "6.1.192")] == [
        ""
    ]


def test_a_store_that_a_further_fsync_has_not_found_is_news_where_only_the_wait_is_documented() -> None:
    real = load_scenarios()["fsync-fsync-written"].model_copy(update={"name": NAME})
    within = scenario(NAME, ("fsync", "fsync"), checks=("durable",), documented=real.documented)
    at = "AB A@dax_writeback_one+0x2c#1"
    passed_by = Wrong(Fault.LOST, "B: fsync has returned, old data at file offset 0x40 is lost: there is 0x0, not 0x7")
    for_ever = replace(passed_by, detail=passed_by.detail.replace("B: fsync", "-: a further fsync"))
    found = [failure(passed_by, schedule=at), failure(passed_by, for_ever, schedule=at)]
    assert [bool(each.known) for each in known(found, [within], POINTS, "6.1.192")] == [True, False]


@pytest.mark.parametrize("schedule", ["AB", "AB A@dax_insert_entry+0x1f#1"])
def test_a_lost_store_is_news_where_no_stop_lies_in_a_documented_place(documented: Scenario, schedule: str) -> None:
    assert [each.known for each in known([failure(LOST, schedule=schedule)], [documented], POINTS, "6.1.192")] == [""]


def test_a_lost_store_is_news_on_a_kernel_that_the_scenario_does_not_speak_of(documented: Scenario) -> None:
    rule = documented.documented[Kind.NOT_DURABLE].model_copy(update={"kernels": ">=6.2"})
    newer = documented.model_copy(update={"documented": {Kind.NOT_DURABLE: rule}})
    assert [each.known for each in known([failure(LOST)], [newer], POINTS, "6.1.192")] == [""]


def test_a_lost_store_is_news_on_a_kernel_with_the_patch_that_mends_it(documented: Scenario) -> None:
    rule = documented.documented[Kind.NOT_DURABLE].model_copy(update={"fixed_by": ("dax-fsync-waits",)})
    mended = documented.model_copy(update={"documented": {Kind.NOT_DURABLE: rule}})
    fixed = [path.name for path in load_series(series_folder("dax-fsync-waits")).patches("6.1.192")]
    assert [each.known for each in known([failure(LOST)], [mended], POINTS, "6.1.192")] == [WHERE]
    assert [each.known for each in known([failure(LOST)], [mended], POINTS, "6.1.192", fixed)] == [""]


def test_a_failure_is_not_known_if_any_part_of_it_is_not(documented: Scenario) -> None:
    assert [each.known for each in known([failure(LOST, FSCK), failure(FSCK)], [documented], POINTS, "6.1.192")] == [
        "",
        "",
    ]


def recorded(folder: Path, scenario_: Scenario, whole: int) -> Recorder:
    """A recorder whose sweep ran to its end."""
    recorder = Recorder(subject(folder), [scenario_], template(folder))
    recorder.begin_guest()
    for each in (*start(), begin(NAME), passed("AB"), passed("BA"), end(), done(NAME)):
        recorder.take(each)
    recorder.whole = whole
    return recorder


def test_cuts_promises_images_and_failures_are_counted(documented: Scenario, tmp_path: Path) -> None:
    recorder = recorded(tmp_path, documented, whole=1)
    made = cut(moment("before", returned=()), moment("after"), scenario=NAME)
    found = cases([made], recorder.template, 1)
    (row,) = tallies(
        [documented], recorder, found, known([failure(LOST), failure(FSCK)], [documented], POINTS, "6.1.192"), ""
    )
    assert (row.schedules, row.cuts, row.promised, row.images) == (1, 2, 1, 1)
    assert (row.failing, row.known, row.broken, row.recorded) == (1, 1, "", True)


def test_a_recording_that_was_never_held_against_the_medium_is_broken(documented: Scenario, tmp_path: Path) -> None:
    (row,) = tallies([documented], recorded(tmp_path, documented, whole=0), [], [], "")
    assert row.broken == "the recording was never held against the guest's medium"


def test_why_the_lab_broke_is_told_of_each_scenario(documented: Scenario, tmp_path: Path) -> None:
    (row,) = tallies([documented], recorded(tmp_path, documented, whole=1), [], [], "a guest ended")
    assert row.broken == "a guest ended"
