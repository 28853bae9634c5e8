# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.compare.comparison import ComparedKernel, Comparison, pair
from harness.compare.rates import of_counts
from harness.compare.seen import seen
from harness.cost.change import CostChange
from harness.report.comparison import render_comparison_html
from tests.fakes import results as fakes
from tests.unit.report.test_html import Reader

DEARER = CostChange("write-fault", "median latency", "us", 10.0, 25.0, 2.5, 2.2, 2.9, "slower")
SAME = CostChange("fsync", "instructions", "", 4000.0, 4040.0, 1.01, 1.0, 1.02, "same")


def comparison() -> Comparison:
    run = fakes.run()
    before, after = (seen(name, run, name) for name in (fakes.BROKEN, fakes.STOCK))
    names = [plan.name for plan in run.plan.scenarios]
    rates = (of_counts("write-read-hole", (171, 2000), (0, 2000)),)
    kernels = tuple(
        ComparedKernel(name, "7", name, "6.1", "", "", "ab", "booted") for name in (fakes.BROKEN, fakes.STOCK)
    )
    change = pair(before, after, names, rates, (DEARER, SAME))
    return Comparison("", 1.0, kernels, (change,), reproduce="./lab compare unlocked-eio stock")


def test_it_says_the_answer_first_then_scenarios_windows_rates_and_cost() -> None:
    page = render_comparison_html(comparison())
    reader = Reader(page)
    assert (reader.wrong, reader.open) == ([], [])
    text = reader.text.split("</style>")[-1]
    order = ["REGRESSED", "Scenarios", "write-read-hole", "closed", "Random races", "171 of 2,000", "Cost", "slower"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert "2.50 [2.20, 2.90]" in text and "./lab compare unlocked-eio stock" in text
    assert not [tag for tag, _ in reader.tags if tag in ("script", "link", "img")]


def test_a_pair_whose_cost_was_not_measured_says_so() -> None:
    bare = comparison()
    page = render_comparison_html(replace(bare, pairs=(replace(bare.pairs[0], cost=()),)))
    assert "Not measured." in page


def test_hostile_words_become_text() -> None:
    bad = comparison()
    nasty = fakes.HOSTILE + '" onload="alert(1)'
    page = render_comparison_html(replace(bad, pairs=(replace(bad.pairs[0], sentence=nasty, after=nasty),)))
    reader = Reader(page)
    assert "<script>alert('dmesg')</script>" in reader.text and "<script" not in page
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
