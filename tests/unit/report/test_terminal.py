# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

import pytest

from harness.cost.change import Cost, CostChange
from harness.report.mail import render_mail
from harness.report.markdown import render_markdown
from harness.report.terminal import render_terminal
from harness.results.run import Run
from harness.verdict.judge import judged
from tests.fakes import results as fakes


def run() -> Run:
    return judged(fakes.run())


def hostile() -> Run:
    """A run in which everything a guest can name is hostile."""
    plain = run()
    outcome = plain.results[0].outcomes[0]
    bad = replace(outcome, violations=tuple(replace(each, detail=fakes.HOSTILE) for each in outcome.violations))
    results = (replace(plain.results[0], outcomes=(bad,)), *plain.results[1:])
    return judged(replace(plain, results=results, environment={"host": fakes.HOSTILE}))


def test_the_report_holds_table_windows_interleaving_verdict_and_lines_to_type() -> None:
    text = render_terminal(run())
    for part in (
        "c=0 0/2, c=1 24/40, c=2 360/800",
        "A: 384 SIGBUS",
        "sigbus 171 of 2,000: 8.6%",
        "no failure in 2,000: rate below",
        "c=1, AB, A stopped: fs/dax.c:573 to 889, 12 points wide (sigbus)",
        "-- preempted here --",
        "Fisher's exact test",
        "PASS: `stock` is silent in 6 scenarios",
        "replay: ./lab replay 7 'AB A@grab_mapping_entry+0x41#1'",
    ):
        assert part in text
    assert text.splitlines()[-1] == "reproduce: ./lab run --config lab.yaml"


def test_each_failing_scenario_is_drawn_once_and_no_silent_one() -> None:
    text = render_terminal(run())
    assert [line for line in text.splitlines() if line.startswith("== ")] == [
        "== write-read-hole ==", "== fsync-write ==", "== three-readers ==", "== read-read ==", "== kernel log ==",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [72, 80, 100, 140])
def test_lines_but_those_to_type_fit_the_width(width: int) -> None:
    lines = render_terminal(run(), width).splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith(("replay:", "reproduce:"))] == []


def test_colour_comes_when_asked_for_and_changes_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    coloured, plain = render_terminal(run(), colour=True), render_terminal(run(), colour=False)
    assert "\x1b[1;32mPASS\x1b[0m" in coloured and "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_no_color_and_a_pipe_leave_colour_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in render_terminal(run())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\x1b" in render_terminal(run())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in render_terminal(run())


@pytest.mark.parametrize("render", [lambda each: render_terminal(each, colour=False), render_markdown, render_mail])
def test_no_text_form_passes_on_what_a_terminal_obeys(render) -> None:  # type: ignore[no-untyped-def]
    text = render(hostile())
    assert not any(character in text for character in "\x1b\x00\u202e\udcff")


def test_a_run_without_verdict_or_results_still_reads() -> None:
    assert "reproduce:" in render_terminal(replace(fakes.run(), results=(), stress=(), findings=()))


def test_a_failure_that_needs_no_race_is_said_so() -> None:
    plain = run()
    from harness.sweep.records import Schedule

    outcome = replace(plain.results[0].outcomes[0], schedule=Schedule((0, 1)), trace=())
    results = (replace(plain.results[0], outcomes=(outcome,)), *plain.results[1:])
    assert "unlocked-eio, c=0: sigbus: needs no race" in render_terminal(replace(plain, results=results))


def test_markdown_keeps_guest_markup_from_meaning_anything() -> None:
    text = render_markdown(replace(run(), plan=replace(run().plan, scenarios=(
        replace(fakes.FAKES[0].plan, name="<img src=x>|[a](b)"),
    ))))  # fmt: skip
    assert "<img" not in text.replace("\\<img", "")
    assert "\\|\\[a\\](b)" in text


def test_mail_fits_72_columns_and_ends_a_pass_with_a_tag_that_states_the_bound() -> None:
    lines = render_mail(run(), "A Tester <a@example.org>").splitlines()
    assert max(map(len, lines)) <= 72
    assert lines[-1] == "Tested-by: A Tester <a@example.org> # at most 1 to 2 preemptive stops"


def test_mail_tags_nothing_that_did_not_pass() -> None:
    assert "Tested-by" not in render_mail(judged(replace(fakes.run(), results=())))


COST = Cost(
    fakes.BROKEN, fakes.STOCK,
    (
        CostChange("read-fault, hole", "median latency", "us", 7.5, 25.0, 3.33, 3.2, 3.5, "slower"),
        CostChange("read-fault, hole", "instructions", "", 3853.0, 4224.0, 1.1, 1.09, 1.11, "same"),
    ),
)  # fmt: skip


def test_a_cost_that_was_measured_is_told_with_its_figures_in_every_form() -> None:
    costly = judged(replace(run(), cost=COST))
    text = render_terminal(costly)
    assert "== cost ==\n`stock` against `unlocked-eio`: slower, by a margin of 1.5 times" in text
    assert "read-fault, hole  7.5 -> 25           3,853 -> 4,224" in text
    assert "slower: read-fault, hole, median latency: 7.5 -> 25 us, 3.33 times as dear [3.2, 3.5]" in text
    markdown = render_markdown(costly)
    assert "## Cost" in markdown
    assert "| read-fault, hole | 7.5 -\\> 25 | 3,853 -\\> 4,224 |" in markdown
    assert "Cost, `stock` against `unlocked-eio`: slower, by a margin of 1.5 times" in " ".join(
        render_mail(costly).split()
    )


def test_a_cost_that_was_not_measured_is_told_with_the_reason_and_without_a_table() -> None:
    told = "`stock` against `unlocked-eio`: not measured: `stock` does not run"
    text = render_terminal(replace(run(), cost=replace(COST, changes=(), missing="`stock` does not run")))
    assert f"== cost ==\n{told}\n\n" in text


def test_without_a_cost_no_form_speaks_of_it() -> None:
    for form in (render_terminal, render_markdown, render_mail):
        assert "cost" not in form(run()).lower()
