# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.report.columns import text
from harness.report.interleaving import Drawer, Interleaving, draw, how_it_ended
from harness.sweep.records import ActorEnd, Ended, Outcome, Schedule, Step
from tests.fakes import results as fakes

SOURCES = {fakes.DAX: fakes.SOURCE}


def first(number: int) -> Outcome:
    """The first failing outcome of a scenario."""
    fake = fakes.FAKES[number]
    return fakes.swept(fake, fakes.BROKEN, fake.judge).outcomes[0]


def drawn(number: int, rows: int = 10) -> Interleaving:
    return draw(first(number), fakes.POINTS, fakes.FAKES[number].plan.actors, SOURCES, rows)


def test_the_diagram_is_drawn_as_commit_messages_do() -> None:
    lines = text(drawn(0), 100).splitlines()
    assert lines[:8] == [
        "A: write-fault                                     B: read-fault",
        "",
        "dax_iomap_fault()  dax.c:1958",
        "  dax_iomap_pte_fault()  dax.c:1637",
        "    grab_mapping_entry()  dax.c:566",
        "      fs/dax.c:573",
        "        entry = get_unlocked_entry(xas, order);",
        "      -- preempted here --",
    ]
    assert lines[8] == " " * 51 + "dax_iomap_fault()  dax.c:1958"
    assert lines[-1] == "SIGBUS (BUS_ADRERR)"


def test_what_happens_first_stands_first() -> None:
    words = [(row.actor, row.kind) for row in drawn(0).rows if row.kind in ("stop", "resume", "end")]
    assert words == [(0, "stop"), (1, "end"), (0, "resume"), (0, "end")]


def test_an_actor_that_sleeps_for_good_shows_where() -> None:
    (end,) = [row.text for row in drawn(3).rows if row.kind == "end" and row.actor == 1]
    assert end == "blocked in get_unlocked_entry < grab_mapping_entry < dax_iomap_fault"


def test_an_actor_that_gives_way_without_a_stop_waits() -> None:
    trace = (Step(0, "f", 0, 1), Step(1, "g", 0, 1), Step(0, "f", 4, 1))
    ends = tuple(ActorEnd(actor, Ended.FINISHED) for actor in (0, 1))
    rows = draw(Outcome(Schedule((0, 1)), ends, (), trace), (), ("a", "b")).rows
    assert [row.text for row in rows if row.kind == "sleep"] == ["-- waits in f() --"]


def test_an_actor_that_never_ran_is_told_too() -> None:
    outcome = replace(first(0), ends=(*first(0).ends, ActorEnd(2, Ended.NOT_RUN)))
    assert draw(outcome, fakes.POINTS, ("a", "b", "c")).rows[-1].text == "never ran"


def test_the_stop_survives_any_shortening_with_its_callers() -> None:
    texts = [row.text for row in drawn(0, rows=1).rows if row.actor == 0]
    assert texts[:5] == ["dax_iomap_fault()", "dax_iomap_pte_fault()", "grab_mapping_entry()", "fs/dax.c:573",
                         "-- preempted here --"]  # fmt: skip


def test_a_longer_limit_shows_more_calls() -> None:
    assert len(drawn(0, 1).rows) < len(drawn(0, 6).rows) < len(drawn(0, 10).rows)


@pytest.mark.parametrize("width", [60, 72, 100, 160])
@pytest.mark.parametrize("number", [0, 2, 3, 5])
def test_no_line_is_wider_than_asked_for_or_ends_in_blanks(number: int, width: int) -> None:
    lines = text(drawn(number), width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_four_actors_fit_beside_one_another() -> None:
    trace = tuple(Step(actor, f"a_rather_long_function_name_{actor}", 0, 1) for actor in range(4))
    ends = tuple(ActorEnd(actor, Ended.FINISHED) for actor in range(4))
    lines = text(draw(Outcome(Schedule((0, 1, 2, 3)), ends, (), trace), (), ("a", "b", "c", "d")), 100).splitlines()
    assert max(map(len, lines)) <= 100
    assert "D: d" in lines[0]


def test_without_points_and_sources_the_trace_still_reads() -> None:
    lines = text(draw(first(0), (), fakes.FAKES[0].plan.actors), 100)
    assert "grab_mapping_entry()" in lines and "A@grab_mapping_entry+0x41#1" in lines


def test_hostile_names_draw_nothing_but_themselves() -> None:
    trace = (Step(0, fakes.HOSTILE, 0, 1),)
    shown = text(draw(Outcome(Schedule((0,)), (ActorEnd(0, Ended.FINISHED),), (), trace), (), (fakes.HOSTILE,)), 200)
    assert "\x1b" not in shown and "\x00" not in shown and "\u202e" not in shown


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ActorEnd(0, Ended.FINISHED, 4096), "returns 4096"),
        (ActorEnd(0, Ended.FINISHED, 0, saw="deadbeef"), "returns 0, saw deadbeef"),
        (ActorEnd(0, Ended.FINISHED, -1, 5), "fails with -EIO"),
        (ActorEnd(0, Ended.FINISHED, -1, -14), "fails with -EFAULT"),
        (ActorEnd(0, Ended.FINISHED, 0, 0, (2,)), "SIGBUS (BUS_ADRERR)"),
        (ActorEnd(0, Ended.FINISHED, 0, 0, (4, 4)), "2 times SIGBUS (BUS_MCEERR_AR)"),
        (ActorEnd(0, Ended.SPINNING), "retries without end"),
        (ActorEnd(0, Ended.HUNG, stack=("f+0x1",)), "hung in f"),
        (ActorEnd(0, Ended.KILLED), "killed"),
    ],
)
def test_an_end_reads_in_a_few_words(end: ActorEnd, words: str) -> None:
    assert how_it_ended(end) == words


def test_a_drawer_draws_a_schedule_the_same_whatever_it_drew_before() -> None:
    fake = fakes.FAKES[0]
    result = fakes.swept(fake, fakes.BROKEN, fake.judge)
    drawer = Drawer(fakes.POINTS, fake.plan.actors, {fakes.DAX: fakes.SOURCE})
    for outcome in [*result.outcomes[:40], *result.outcomes[:40]]:
        assert drawer.draw(outcome) == draw(outcome, fakes.POINTS, fake.plan.actors, {fakes.DAX: fakes.SOURCE})


@pytest.mark.parametrize(
    ("given_up", "words"),
    [
        (False, "-- stands still here, in an atomic section --"),
        (True, "-- stands still here, in an atomic section, until the others spin for it --"),
    ],
)
def test_a_stop_in_an_atomic_section_is_told_from_a_preemption(given_up: bool, words: str) -> None:
    trace = (Step(0, "f", 0, 1, stopped=True), Step(1, "g", 0, 1), Step(0, "f", 4, 1))
    ends = tuple(ActorEnd(actor, Ended.FINISHED) for actor in (0, 1))
    outcome = Outcome(Schedule.parse("AB A@f+0x0#1!"), ends, (), trace, given_up=given_up)
    assert [row.text for row in draw(outcome, (), ("a", "b")).rows if row.kind == "stop"] == [words]
    preempted = replace(outcome, schedule=Schedule.parse("AB A@f+0x0#1"))
    assert [row.text for row in draw(preempted, (), ("a", "b")).rows if row.kind == "stop"] == ["-- preempted here --"]
