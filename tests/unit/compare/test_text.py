# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.compare.comparison import ComparedKernel, Comparison, pair
from harness.compare.rates import judged, of_counts
from harness.compare.text import render_comparison
from harness.cost.change import Measure, cost_changes
from harness.report.comparison import render_comparison_html
from tests.fakes import compared
from tests.fakes.results import FAKES, HOSTILE, warning
from tests.unit.compare.test_windows import failing_at

ONE = {"fsync-write": failing_at(23, 24)}


def kernels(*labels: str) -> tuple[ComparedKernel, ...]:
    return tuple(ComparedKernel(label, "runs/1", label, "6.1.192", "", "", "ab", "booted") for label in labels)


def comparison() -> Comparison:
    old, new = compared.kernel("old", ONE), compared.kernel("new")
    bad = compared.kernel("bad", {"three-readers": FAKES[3].judge}, findings=[replace(warning(), kernel="bad")])
    rates = judged([of_counts("fsync-write", (40, 640), (0, 640))])
    cost = cost_changes(
        [Measure("read", "instructions", "", (3853.0,)), Measure("read", "blocked", "us", (0.0,))],
        [Measure("read", "instructions", "", (4230.0,)), Measure("read", "blocked", "us", (29_980.0,))],
    )
    pairs = (pair(old, new, compared.NAMES, rates, cost), pair(old, bad, compared.NAMES))
    step = pair(new, bad, compared.NAMES)
    return Comparison("", 1.0, kernels("old", "new", "bad"), pairs, (step,), reproduce="./lab compare old new bad")


def test_the_table_has_a_row_a_scenario_and_a_column_a_kernel() -> None:
    lines = render_comparison(comparison(), colour=False).splitlines()
    assert lines[0].split() == ["scenario", "old:", "failing", "new", "bad"]
    rows = {line.split("  ")[0]: line for line in lines[2:14]}
    assert "fixed 0/" in rows["fsync-write"]
    assert "regressed" in rows["three-readers"]
    assert "fixed" in rows["fsync-write, races"]
    assert rows["answer"].split() == ["answer", "REGRESSED", "REGRESSED"]


def test_windows_rates_cost_and_log_are_told_in_words() -> None:
    text = render_comparison(comparison(), colour=False)
    assert "closed: c=1, A stopped: fs/dax.c:917 to 940, 2 points wide (not-durable)" in text
    assert "log, new: WARNING in grab_mapping_entry in read-read" in text
    assert "0 of 640: below" in text
    assert "races without a failure would halve the bound" in " ".join(text.split())
    assert "cost, read: instructions 3,853 -> 4,230" in text
    assert "slower: read, blocked: 0 -> 29,980 us" in text
    assert "bad since new, by sweep: three-readers regressed" in text
    assert text.endswith("reproduce: ./lab compare old new bad\n")


def test_what_is_unknown_of_a_scenario_is_told_with_its_reason_in_text_and_page() -> None:
    before = compared.kernel("old")
    result = before.result("fsync-write")
    assert result
    late = compared.with_result(before, replace(result, complete=False))
    found = Comparison("", 1.0, kernels("old", "new"), (pair(late, compared.kernel("new", ONE), compared.NAMES),))
    why = "new shows not-durable, but old: not every schedule was run"
    text = " ".join(render_comparison(found, colour=False).split())
    assert f"fsync-write: unknown ({why}" in text
    assert "new: not-durable" not in text
    assert why in render_comparison_html(found)


def test_lines_that_could_not_be_mapped_are_told() -> None:
    assert "lines of fs/dax.c were taken as they are" in render_comparison(comparison(), colour=False)


def test_no_line_is_wider_than_asked_for_but_those_of_the_table() -> None:
    text = render_comparison(comparison(), width=72, colour=False)
    assert max(map(len, text.split("\n\n", 1)[1].splitlines())) <= 72


def test_what_a_guest_said_is_shown_harmlessly() -> None:
    finding = replace(warning().finding, title=HOSTILE)
    bad = compared.kernel("bad", findings=[replace(warning(), kernel="bad", finding=finding)])
    pairs = (pair(compared.kernel("old"), bad, compared.NAMES),)
    text = render_comparison(Comparison("", 1.0, kernels("old", "bad"), pairs), colour=False)
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_answers_are_in_colour_where_that_is_wanted() -> None:
    assert "\x1b[1;31mREGRESSED\x1b[0m" in render_comparison(comparison(), colour=True)
    assert "\x1b" not in render_comparison(comparison(), colour=False)
