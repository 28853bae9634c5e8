# SPDX-License-Identifier: GPL-2.0-only
"""From a run and a schedule's text to what a reproducer is made of."""

from harness.config.models import GuestSpec
from harness.engine.replay import cached_kernel, named, parsed, scenario_of
from harness.errors import BadInput
from harness.reproducer.tree import Recipe
from harness.results.folder import RunFolder


def recipe(folder: RunFolder, text: str, scenario: str | None, kernel: str | None, guest: GuestSpec) -> Recipe:
    """Raises BadInput for a schedule that did not fail there, or a kernel that has left the cache."""
    schedule = parsed(text)
    if schedule.atomic:
        raise BadInput(
            f"`{text}` stops in an atomic section, which takes the sweep's guest: `./lab replay` runs it again"
        )
    run = folder.load()
    its_scenario, its_kernel = named(run, text, scenario, kernel)
    info = next((each for each in run.kernels if its_kernel in (each.name, each.side)), None)
    result = run.result(its_scenario, info.name) if info else None
    plan = run.scenario(its_scenario)
    if info is None or result is None or plan is None:
        raise BadInput(f"run {run.number} did not sweep `{its_scenario}` on `{its_kernel}`")
    outcome = next((each for each in result.outcomes if each.schedule == schedule), None)
    if outcome is None:
        raise BadInput(f"`{text}` did not fail in {its_scenario} on {info.name}: there is nothing to reproduce")
    return Recipe(folder, run, scenario_of(folder, plan), info, cached_kernel(run, info.name), outcome, guest)
