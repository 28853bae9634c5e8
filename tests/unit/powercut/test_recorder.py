# SPDX-License-Identifier: GPL-2.0-only
"""A sweep with the tape running, and which of its schedules are cut."""

from pathlib import Path

import pytest

from harness.errors import LabBroke
from harness.image.fsdax import DATA_OFFSET
from harness.powercut.recorder import Cut, Recorder, chosen
from harness.powercut.tape import Mark
from tests.fakes.media import cut, flushed, moment, template
from tests.fakes.records import begin, failed, line, passed, scenario, start, subject

NAME = "fsync-write"


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    made = Recorder(subject(tmp_path), [scenario(NAME, ("fsync", "write-fault"))], template(tmp_path))
    made.begin_guest()
    for each in (*start(), begin(NAME)):
        made.take(each)
    return made


def schedule(row: str, number: int = 1) -> list[str]:
    """A schedule in which A's sync returns."""
    mark = [line("mark", n=Mark.BEGIN), flushed(number, 0, b"data"), line("fence", n=number), line("mark", n=0)]
    return [*mark, line("promise", mark=0, file="file0", size=4096, w=[[64, 1, 9, 0]]), row]


def test_a_schedule_takes_its_moments_and_promises(recorder: Recorder) -> None:
    for each in schedule(passed("AB")):
        recorder.take(each)
    (made,) = recorder.cuts
    assert (made.scenario, made.schedule, made.stops, made.flagged) == (NAME, "AB", 0, False)
    assert [each.name for each in made.moments] == ["before fence 1 ends", "the sync of A has returned"]
    assert made.in_force(made.moments[0]) == ()
    assert [each.file for each in made.in_force(made.moments[1])] == ["file0"]


def test_a_schedule_that_the_oracle_flagged_is_marked_so(recorder: Recorder) -> None:
    for each in schedule(failed("AB A1#1", ("not-durable", "x"))) + schedule(failed("AB A2#1", ("tags", "x")), 2):
        recorder.take(each)
    assert [each.flagged for each in recorder.cuts] == [True, False]


def test_a_new_guest_begins_with_the_template(recorder: Recorder) -> None:
    for each in schedule(passed("AB")):
        recorder.take(each)
    recorder.begin_guest()
    assert recorder.tape.pages == {}


def test_the_medium_of_a_guest_is_held_against_its_tape(recorder: Recorder) -> None:
    for each in schedule(passed("AB")):
        recorder.take(each)
    real = bytearray(recorder.template.path.read_bytes())
    path = recorder.template.path.with_name("real")
    path.write_bytes(real)
    with pytest.raises(LabBroke, match="the tape does not hold"):
        recorder.inspect(path)
    assert recorder.whole == 0
    real[DATA_OFFSET : DATA_OFFSET + 4] = b"data"
    path.write_bytes(real)
    recorder.inspect(path)
    assert recorder.whole == 1


def named(cuts: list[Cut]) -> list[str]:
    return [each.schedule for each in cuts]


def test_every_schedule_without_a_stop_is_cut_and_of_the_rest_flagged_and_drawn_ones() -> None:
    stopped = [cut(moment(), schedule=f"AB A@f+0x{at:x}#1", flagged=at in (3, 4, 5)) for at in range(1, 40)]
    taken = named(chosen([cut(moment()), *stopped, cut(moment(), schedule="BA")], 1, 2))
    assert taken[:4] == ["AB", "BA", "AB A@f+0x3#1", "AB A@f+0x4#1"]
    assert len(taken) == len(set(taken)) == 6


def test_the_seed_decides_which_are_drawn_and_no_sample_leaves_those_without_a_stop() -> None:
    cuts = [cut(moment()), *(cut(moment(), schedule=f"AB A@f+0x{at:x}#1") for at in range(1, 40))]
    assert chosen(cuts, 1, 3) == chosen(cuts, 1, 3)
    assert named(chosen(cuts, 1, 3)) != named(chosen(cuts, 2, 3))
    assert named(chosen(cuts, 1, 0)) == ["AB"]
