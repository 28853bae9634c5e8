# SPDX-License-Identifier: GPL-2.0-only
import json
from dataclasses import replace
from functools import cache

import pytest

from harness.errors import BadInput
from harness.results import store
from harness.results.packing import without_traces
from harness.results.run import Run, appearing
from harness.sweep.records import Coverage
from harness.verdict.judge import judged
from tests.fakes import results as fakes


@cache
def quiet() -> Run:
    """A judged run without bytes that UTF-8 cannot hold."""
    return judged(replace(fakes.run(), findings=()))


@cache
def stored() -> str:
    return store.dump(quiet())


def test_a_run_survives_being_stored() -> None:
    assert store.load(stored()) == quiet()


def test_storing_twice_gives_the_same_bytes() -> None:
    text = store.dump(judged(fakes.run()))
    assert store.dump(store.load(text)) == text


def test_sets_are_stored_sorted_whatever_their_order_in_memory() -> None:
    run = quiet()
    cover = Coverage(stopped=frozenset({4096, 8, 1, 65536, 3}))
    text = store.dump(replace(run, results=(replace(run.results[0], coverage=cover),)))
    assert json.loads(text)["results"][0]["coverage"]["stopped"] == [1, 3, 8, 4096, 65536]


def test_guest_output_that_is_no_utf8_is_stored_as_text() -> None:
    (each,) = store.load(store.dump(judged(fakes.run()))).findings
    assert "\\udcff byte <script>" in each.finding.lines[1]
    assert "\x00" in each.finding.lines[1]


def test_traces_cost_a_few_bytes_a_step() -> None:
    run = quiet()
    only = replace(run, results=(run.results[0],), points={}, verdict=None)
    bare = without_traces(only)
    steps = sum(len(outcome.trace) for outcome in only.results[0].outcomes)
    assert (len(store.dump(only)) - len(store.dump(bare))) / steps < 10


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda plain: plain.update(schema=99), "has schema 99, this lab reads 1 to 2"),
        (lambda plain: plain.update(surprise=1), "surprise"),
        (lambda plain: plain.update(number="7"), "number: Input should be a valid integer"),
        (lambda plain: plain["results"][0].pop("bound"), "bound"),
        (lambda plain: plain["results"][0].pop("places"), "KeyError"),
        (lambda plain: plain["results"][0]["outcomes"][0].update(schedule="XY"), "is no schedule"),
        (lambda plain: plain["results"][0]["outcomes"][0].update(trace=[0, 999, 1]), "IndexError"),
        (lambda plain: plain["results"][0]["outcomes"][0].update(trace=[0, 1]), "3 numbers a step"),
        (lambda plain: plain["results"][0]["outcomes"][0].update(trace=[0, 1, "1"]), "3 numbers a step"),
        (lambda plain: plain.update(results=7), "TypeError"),
        (lambda plain: plain["verdict"].update(word="MAYBE"), "verdict.word"),
    ],
)
def test_a_damaged_file_is_refused_in_a_sentence(change, what: str) -> None:  # type: ignore[no-untyped-def]
    plain = json.loads(stored())
    change(plain)
    with pytest.raises(BadInput) as error:
        store.load(json.dumps(plain), "runs/7/results.json")
    assert "runs/7/results.json" in str(error.value) and what in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
def test_what_is_no_run_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        store.load(text)


def test_the_verdict_stands_alone_with_its_status() -> None:
    verdict = quiet().verdict
    assert verdict
    plain = json.loads(store.dump_verdict(verdict))
    assert (plain["word"], plain["status"], len(plain["cells"])) == ("PASS", 0, 12)


def test_only_points_that_a_report_needs_are_kept() -> None:
    silent = fakes.swept(fakes.FAKES[1], fakes.STOCK)
    kept = {point.name for point in appearing(fakes.POINTS, [silent])}
    assert "dax_insert_entry+0x57" in kept
    assert "dax_layout_busy_page+0x44" in kept  # refused: a report names it
    assert "dax_layout_busy_page+0x0" not in kept
    assert "dax_writeback_mapping_range+0x0" not in kept


@pytest.mark.parametrize(
    ("schema", "who"), [(1, "an older lab (schema 1)"), (2, "another version of this lab (schema 2)")]
)
def test_a_file_of_a_lab_that_knew_something_else_is_not_called_damaged(schema: int, who: str) -> None:
    plain = json.loads(stored())
    plain["kernels"][0]["kprobes"] = True
    plain["schema"] = schema
    with pytest.raises(BadInput) as error:
        store.load(json.dumps(plain), "runs/7/results.json")
    told = f"runs/7/results.json was written by {who}, which knew `kernels.0.kprobes`; use the lab that made it"
    assert str(error.value) == told


def test_a_file_of_before_costs_were_kept_is_read() -> None:
    plain = json.loads(stored())
    del plain["cost"]
    plain["schema"] = 1
    assert store.load(json.dumps(plain)) == quiet()
