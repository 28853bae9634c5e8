# SPDX-License-Identifier: GPL-2.0-only
import re

from harness.results.ktap import ktap
from harness.verdict.judge import judged
from tests.fakes import results as fakes


def test_every_line_is_one_that_ktap_knows() -> None:
    known = re.compile(r" *(KTAP version 1|1\.\.\d+|# .*|(not )?ok \d+ [^#]+( # SKIP .*)?)$")
    assert [line for line in ktap(judged(fakes.run())).splitlines() if not known.match(line)] == []


def test_numbers_run_from_1_to_the_plan() -> None:
    lines = ktap(judged(fakes.run())).splitlines()
    assert [line for line in lines if line.startswith("ok ")] == ["ok 1 unlocked-eio", "ok 2 stock", "ok 3 verdict"]
