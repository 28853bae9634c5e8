# SPDX-License-Identifier: GPL-2.0-only
"""What a past run swept is found again, or the run is refused in a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.engine.past import past_points, past_subject
from harness.errors import BadInput
from harness.kernel import prebuilt
from harness.kernel.artefacts import Kernel
from harness.kernel.spec import module_folders
from harness.results.run import KernelInfo, Run
from tests.fakes import results as fakes

INFO = KernelInfo("stock", "with", "6.1.170")


@pytest.fixture
def kernel(kernels: Path) -> Kernel:
    return prebuilt.from_folder(kernels / "stock", "stock", own=module_folders())


def a_run(reproduce: str = "./lab run", pruned: int = 0, **plan: object) -> Run:
    run = fakes.run()
    results = tuple(replace(each, pruned=pruned) for each in run.results)
    return replace(run, results=results, reproduce=reproduce, plan=replace(run.plan, **plan))  # type: ignore[arg-type]


def test_a_run_with_points_everywhere_has_all_of_its_files(kernel: Kernel) -> None:
    assert len({each.function for each in past_points(a_run(), INFO, kernel)}) > 1


def test_a_trial_has_points_in_its_functions_alone_numbered_anew(kernel: Kernel) -> None:
    every = past_points(a_run(), INFO, kernel)
    last = every[-1].function
    found = past_points(a_run("./lab try my.patch", functions={"stock": (last,)}), INFO, kernel)
    assert {each.function for each in found} == {last}
    assert [each.index for each in found] == list(range(len(found)))
    assert [each.address for each in found] == [each.address for each in every if each.function == last]


def test_a_trial_of_before_its_functions_were_kept_is_refused(kernel: Kernel) -> None:
    with pytest.raises(BadInput, match=r"run 7 is one of `lab try` from before .*make it again \(./lab try my.patch\)"):
        past_points(a_run("./lab try my.patch"), INFO, kernel)


def test_functions_that_are_not_found_again_are_named(kernel: Kernel) -> None:
    with pytest.raises(BadInput, match="run 7 had points in dax_gone, which stock has not any more"):
        past_points(a_run(functions={"stock": ("dax_gone",)}), INFO, kernel)


def test_what_was_pruned_is_pruned_from_as_many_stops_on(kernel: Kernel) -> None:
    subject = past_subject(a_run("./lab run --all-pairs=base", pruned=5, prune_from=1), INFO, kernel)
    assert subject.prune_from == 1
    assert subject.silent
    assert not past_subject(a_run(), INFO, kernel).silent


def test_a_pruned_run_of_before_that_was_kept_is_refused_where_it_may_have_been_otherwise(kernel: Kernel) -> None:
    stock = replace(INFO, name=fakes.STOCK)
    assert past_subject(a_run("./lab run --prune", pruned=5), stock, kernel).prune_from == 2
    with pytest.raises(BadInput, match="run 7 was pruned before it was kept from how many stops on: replay its sch"):
        past_subject(a_run("./lab run --all-pairs=base --prune", pruned=5), stock, kernel)
