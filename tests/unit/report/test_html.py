# SPDX-License-Identifier: GPL-2.0-only
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from harness.cost.change import Cost, CostChange
from harness.report import page as page_module
from harness.report.data import unpacked
from harness.report.html import MAX_BYTES, digest, prose, render_html, script
from harness.results.run import Run
from harness.verdict.judge import judged
from harness.verdict.verdict import CellWord
from tests.fakes import results as fakes

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Reader(HTMLParser):
    """Reads a page: its tags, attributes and text; notes tags that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile() -> Run:
    """A run in which every text a guest or a user can choose is hostile."""
    run = judged(fakes.run())
    nasty = fakes.HOSTILE + '" onload="alert(1) {{ 7*7 }} </style></svg>'
    outcome = run.results[0].outcomes[0]
    bad = replace(outcome, violations=tuple(replace(each, detail=nasty) for each in outcome.violations))
    plans = tuple(replace(plan, title=nasty, guards=(nasty,)) for plan in run.plan.scenarios)
    finding = fakes.warning()
    finding = replace(finding, finding=replace(finding.finding, title=nasty, trace=(nasty,), known=nasty))
    return judged(replace(
        run, results=(replace(run.results[0], outcomes=(bad,)), *run.results[1:]),
        plan=replace(run.plan, scenarios=plans),
        findings=(finding, fakes.warning()), environment={nasty: nasty}, reproduce=nasty,
        kernels=tuple(replace(kernel, source=nasty, detail=nasty) for kernel in run.kernels),
    ))  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(judged(fakes.run()))


def test_every_tag_is_closed_and_every_id_is_one(page: str) -> None:
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert (reader.wrong, reader.open) == ([], [])
    assert len(ids) == len(set(ids))


def test_the_verdict_comes_before_everything_else(page: str) -> None:
    text = Reader(page.split("<body>")[1]).text
    assert text.index("PASS") < text.index("is silent in 6 scenarios") < text.index("Scenarios")


def test_nothing_is_fetched_and_nothing_runs_but_the_page_s_own_script(page: str) -> None:
    tags = Reader(page).tags
    assert not [tag for tag, _ in tags if tag in ("link", "img", "iframe", "object", "embed", "form")]
    running = [attributes for tag, attributes in tags if tag == "script" and "type" not in attributes]
    assert running == [{}]  # inline, and the policy names its digest
    for _, attributes in tags:
        assert "style" not in attributes and not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page and "@import" not in page


def test_the_script_makes_no_markup_of_text_and_asks_no_network() -> None:
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(",
                 "XMLHttpRequest", "import(", "http://", "https://"):  # fmt: skip
        assert word not in script().replace('"http://www.w3.org/2000/svg"', ""), word


def test_the_policy_allows_nothing_but_the_page_s_own_style_and_script(page: str) -> None:
    (policy,) = [
        attributes["content"] for tag, attributes in Reader(page).tags if tag == "meta" and "http-equiv" in attributes
    ]
    found = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert found and policy
    code = re.search("<script>(.*?)</script>", page, re.DOTALL)
    assert code and code[1] == script()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest(found[1])}'; script-src 'sha256-{digest(code[1])}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def test_hostile_text_becomes_text() -> None:
    page = render_html(hostile())
    reader = Reader(page)
    assert (reader.wrong, reader.open) == ([], [])
    assert len([tag for tag, attributes in reader.tags if tag == "script" and "type" not in attributes]) == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert "alert('dmesg')" in reader.text and "{{ 7*7 }}" in reader.text
    assert not any(character in page for character in "\x1b\x00\u202e\udcff")
    assert "\\x00" in reader.text and "\\xff" in reader.text
    page.encode()


def test_source_lines_are_escaped_too() -> None:
    run = judged(fakes.run())
    lines = {fakes.DAX: dict.fromkeys(fakes.SOURCE, "</script><script>alert(1)")}
    page = render_html(replace(run, kernels=tuple(replace(kernel, lines=lines) for kernel in run.kernels)))
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page


def test_without_its_script_it_shows_windows_an_interleaving_coverage_and_how_to_replay(page: str) -> None:
    text = Reader(page).text
    for part in ("fs/dax.c:573 to 889, 12 points wide", "closed on stock", "-- preempted here --", "interrupts are off",
                 "Fisher's exact test", "./lab replay 7", "8.6% [7.4%, 9.9%]"):  # fmt: skip
        assert part in text


def test_every_swept_scenario_has_a_block_of_data(page: str) -> None:
    tags = Reader(page).tags
    blocks = {attributes["id"] for tag, attributes in tags if tag == "script" and "id" in attributes}
    wanted = {attributes["data-block"] for _, attributes in tags if "data-block" in attributes}
    assert len(wanted) == 6 and blocks == wanted | {"shared"}


def test_one_section_alone_is_open_the_first_in_which_something_failed(page: str) -> None:
    sections = [attributes for _, attributes in Reader(page).tags if "scenario" in (attributes.get("class") or "")]
    assert [("data-failed" in each, "open" in each) for each in sections] == [
        (True, True), (False, False), (True, False), (True, False), (False, False), (True, False),
    ]  # fmt: skip


def test_the_size_is_bounded_whatever_the_guests_print() -> None:
    run = judged(fakes.run())
    splat = fakes.warning()
    lines = ("<&\x00\udcff" * 60,) * 300
    noisy = replace(splat, finding=replace(splat.finding, lines=lines, trace=lines))
    page = render_html(replace(run, findings=(noisy,) * 200), 1_000_000)
    assert len(page.encode()) <= 1_000_000
    assert "more findings are in results.json" in page and "more lines, in the run" in page


def test_a_run_that_never_got_going_still_makes_a_page() -> None:
    run = judged(replace(fakes.run(), results=(), stress=(), findings=(), points={}))
    reader = Reader(render_html(run))
    assert "INCONCLUSIVE" in reader.text and "not swept" in reader.text
    assert (reader.wrong, reader.open) == ([], [])


def whole_run(scenarios: int) -> Run:
    """A run of so many scenarios at c = 2, each with 842 schedules on both kernels, 384 of them failing on one."""
    run, fake = fakes.run(), fakes.FAKES[0]
    plans = tuple(replace(fake.plan, name=f"{fake.plan.name}-{number}") for number in range(scenarios))
    sweeps = [run.result(fake.plan.name, kernel.name) for kernel in run.kernels]
    results = [replace(sweep, scenario=plan.name) for sweep in sweeps if sweep for plan in plans]
    return judged(replace(run, plan=replace(run.plan, scenarios=plans), results=tuple(results), expectations={}))


@pytest.mark.timeout(600)
def test_all_schedules_of_80_scenarios_at_two_stops_fit_into_five_megabytes() -> None:
    page = render_html(whole_run(80))
    assert len(page.encode()) <= MAX_BYTES == 5_000_000
    blocks = re.findall(r'id="d\d+">([^<]+)</script>', page)
    kernels = [kernel for block in blocks for kernel in unpacked(block)["kernels"]]
    assert len(kernels) == 160 and all(kernel["left_out"] == [0, 0] for kernel in kernels)


def test_of_a_run_of_too_many_scenarios_silent_ones_have_a_row_and_no_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "MANY", 5)
    reader = Reader(render_html(judged(fakes.run())))
    rows = [attributes for _, attributes in reader.tags if "data-scenario" in attributes]
    sections = [attributes for _, attributes in reader.tags if attributes.get("class") == "scenario"]
    links = {attributes["href"] for _, attributes in reader.tags if (attributes.get("href") or "").startswith("#s")}
    ids = {f"#{attributes['id']}" for _, attributes in reader.tags if "id" in attributes}
    assert (len(rows), len(sections), len(links)) == (6, 4, 4)
    assert all("data-failed" in each for each in sections)
    assert links <= ids
    assert "Without a section, for there are so many: 2 scenarios in which nothing failed." in reader.text
    assert (reader.wrong, reader.open) == ([], [])


def test_of_such_a_run_a_silent_scenario_that_a_log_tells_of_has_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "MANY", 5)
    run = judged(fakes.run())
    failed = {each.scenario for each in run.results if each.outcomes}
    silent = next(each.name for each in run.plan.scenarios if each.name not in failed)
    logged = replace(run, findings=(*run.findings, replace(run.findings[0], scenario=silent)))
    before, after = (_sections(render_html(each)) for each in (run, logged))
    assert len(after) == len(before) + 1


def test_a_run_of_which_too_much_failed_has_sections_of_what_counts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "MANY", 5)
    run = judged(fakes.run())
    assert run.verdict
    failed = [
        each.name for each in run.plan.scenarios if any(r.outcomes for r in run.results if r.scenario == each.name)
    ]
    known = {failed[0]}
    cells = tuple(replace(cell, word=CellWord.KNOWN) if cell.scenario in known else cell for cell in run.verdict.cells)
    monkeypatch.setattr(page_module, "MOST", len(_sections(render_html(run))) - 1)
    html = render_html(replace(run, verdict=replace(run.verdict, cells=cells)))
    rows = [attributes for _, attributes in Reader(html).tags if attributes.get("data-scenario") in known]
    assert "1 scenario in which something did, first those of which all is known" in Reader(html).text
    assert f'aria-label="{failed[0]}"' not in html and f'aria-label="{failed[1]}"' in html
    assert all("data-failed" in row for row in rows) and rows


def _sections(html: str) -> list[dict[str, str | None]]:
    return [attributes for _, attributes in Reader(html).tags if attributes.get("class") == "scenario"]


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    run = whole_run(2)
    page = render_html(run, 1_000)  # nothing fits: the least there is
    blocks = re.findall(r'id="d\d+">([^<]+)</script>', page)
    (broken, stock), _ = (unpacked(block)["kernels"] for block in blocks)
    assert broken["left_out"][0] > 0 and stock["left_out"][1] > 0
    assert broken["left_out"][0] + len(broken["fail"]) == len(run.results[0].outcomes)


def test_a_cost_has_a_bar_a_quantity_and_one_that_was_not_measured_its_reason() -> None:
    change = CostChange("read-fault, hole", "median latency", "us", 7.5, 25.0, 3.33, 3.2, 3.5, "slower")
    cost = Cost(fakes.BROKEN, fakes.STOCK, (change,))
    text = render_html(replace(fakes.run(), cost=cost))
    assert "How many times as dear, 1/4 to 4" in text
    assert "median latency 7.5 -&gt; 25 us, 3.33 [3.20, 3.50]" in text
    bare = render_html(replace(fakes.run(), cost=replace(cost, changes=(), missing="`stock` does not run")))
    assert "not measured: <code>stock</code> does not run" in bare
    assert "as dear" not in bare
    assert "<h2>Cost</h2>" not in render_html(fakes.run())


def test_names_in_our_sentences_are_code_and_a_guests_words_stay_text() -> None:
    assert prose("`stock` & <b>") == "<code>stock</code> &amp; &lt;b&gt;"
    assert prose("`<script>`") == "<code>&lt;script&gt;</code>"
    assert prose("one ` alone") == "one ` alone"
