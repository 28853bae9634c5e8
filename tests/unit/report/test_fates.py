# SPDX-License-Identifier: GPL-2.0-only
from dataclasses import replace

from harness.report.fates import window_fates
from harness.results.run import Run
from tests.fakes import results as fakes


def of_kernels(*names: str) -> Run:
    """A run with these kernels behind the broken one, which fail where their names say so."""
    run = fakes.run()
    kernels = (run.kernels[0], *(replace(run.kernels[1], name=name) for name in names))
    fake = fakes.FAKES[0]
    results = [fakes.swept(fake, fakes.BROKEN, fake.judge)]
    results += [fakes.swept(fake, name, fake.judge if "bad" in name else None) for name in names]
    points = dict.fromkeys((fakes.BROKEN, *names), fakes.POINTS)
    return replace(run, kernels=kernels, results=tuple(results), points=points)


def test_a_window_says_where_it_is_how_it_was_reached_and_what_became_of_it() -> None:
    run = of_kernels("good")
    first = window_fates(run, run.results[0])[0]
    assert first.where == "fs/dax.c:573 to 889, 12 points wide"
    assert first.told == "c=1, start AB, A stopped: sigbus"
    assert (first.kernel, first.fate) == (fakes.BROKEN, "closed on good")


def test_kernels_of_one_fate_are_told_together() -> None:
    run = of_kernels("bad-1", "good-1", "bad-2", "good-2")
    assert window_fates(run, run.results[0])[0].fate == "fails on bad-1, bad-2; closed on good-1, good-2"


def test_alone_a_window_has_no_fate() -> None:
    run = of_kernels()
    assert {line.fate for line in window_fates(run, run.results[0])} == {""}
