# SPDX-License-Identifier: GPL-2.0-only
"""What a mutant's row says, also when no scenario is left, and how long it is foreseen to take."""

from dataclasses import replace
from pathlib import Path

from harness.config.loader import load_lab, load_scenarios
from harness.deadline import Deadline
from harness.kernel import artefacts
from harness.mutants.corpus import load_mutants
from harness.mutants.matrix import Cell
from harness.mutants.runner import BUILD_WORTH, Bench, _lost, _state, spread
from harness.mutants.scope import Corpus
from tests.fakes.kernel import GOOD_PATCH, TREE

CELL = Cell("read-write-hole", 1, {0: 2, 1: 12}, {}, {}, 0, 0.1, True)


def test_no_scenario_at_all_is_no_survival() -> None:
    assert _state([], [])[0] == "broken"
    assert _state([CELL], []) == ("survived", "")
    assert _state([CELL], [CELL]) == ("killed", "")


def test_scenarios_that_are_foreseen_to_test_nothing_do_not_break_a_row_that_others_tell_of() -> None:
    nothing = replace(CELL, scenario="huge-fault", broken="it is about pages of 2 MiB, and had none", complete=False)
    assert _state([CELL, nothing], [])[0] == "broken"
    assert _state([CELL, nothing], [], "it is about pages of 2 MiB") == ("survived", "")
    assert _state([nothing], [], "it is about pages of 2 MiB") == ("broken", nothing.broken)
    assert _state([CELL, nothing], [], "another sentence")[0] == "broken"


def test_what_a_header_promises_is_lost_where_the_cell_is_silent_or_broken() -> None:
    mutant = load_mutants()["writeback-without-flush"]
    killer = mutant.killers[0]
    shown = replace(CELL, scenario=killer.scenario, bound=killer.bound, kinds={str(kind): 1 for kind in killer.kinds})
    promise = f"{killer.scenario} c={killer.bound} {','.join(killer.kinds)}"
    assert _lost(mutant, [shown]) == ()
    assert _lost(mutant, [replace(shown, kinds={})]) == (promise,)
    assert _lost(mutant, [replace(shown, broken="it is about pages of 2 MiB, and had none")]) == (promise,)
    assert _lost(mutant, []) == ()


def test_a_kernel_that_has_to_be_built_is_foreseen_to_take_longer(tmp_path: Path) -> None:
    (tmp_path / "one.patch").write_text(GOOD_PATCH)
    (tmp_path / "lab.yaml").write_text(
        f"kernels: {{stock: {{source: {{tree: {TREE}}}}}, other: {{source: {{tree: {TREE}}}}}}}\n"
        "scenarios: all\nexperiment: {without: other, with: stock}\n"
    )
    mutant = replace(load_mutants()["writeback-without-flush"], path=tmp_path / "one.patch")
    scenarios = tuple(load_scenarios().values())
    bench = Bench(Corpus(load_lab(tmp_path / "lab.yaml"), "stock", (mutant,), scenarios), tmp_path, Deadline())
    unbuilt = bench.foreseen(mutant)
    built = artefacts.entry(bench.stand(mutant).request(mutant.name, bench.units(mutant), (mutant.path,)).key)
    built.mkdir(parents=True)
    (built / "kernel.json").write_text('{"release": "6.1.7", "build_id": "", "objects": {}, "edited": []}')
    assert unbuilt - bench.foreseen(mutant) == BUILD_WORTH


def test_those_that_take_long_begin_evenly_among_the_others() -> None:
    assert "".join(spread("abcdefXY", str.isupper)) == "XabcYdef"
    assert spread([], bool) == []
    assert spread([1, 2, 3], lambda _: True) == [1, 2, 3]
