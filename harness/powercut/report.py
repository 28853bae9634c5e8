# SPDX-License-Identifier: GPL-2.0-only
"""The result of power cuts as a person reads it."""

from collections.abc import Sequence

from harness.powercut.checks import Fault
from harness.powercut.result import Failure, PowerCuts


def render(result: PowerCuts) -> str:
    """What a person reads."""
    widths = max((len(each.scenario) for each in result.tallies), default=8)
    lines = [f"{'scenario':{widths}}  schedules   cuts  promised  images  failing  known"]
    for each in result.tallies:
        numbers = (
            f"{each.schedules:9}  {each.cuts:5}  {each.promised:8}  {each.images:6}  {each.failing:7}  {each.known:5}"
        )
        lines.append(f"{each.scenario:{widths}}  {numbers}" + (f"  broken: {each.broken}" if each.broken else ""))
    for failure in shown(result.failures):
        lines += ["", f"{failure.scenario}: {failure.schedule}", f"  power cut: {failure.moment}"]
        lines += [f"  with {failure.subset}"] if failure.subset else []
        lines += [f"  {wrong.fault}: {wrong.detail}" for wrong in failure.wrong]
        lines += [f"  known: {failure.known}"] if failure.known else []
        lines += [f"  image: {failure.image}"] if failure.image else []
    return "\n".join([*lines, "", f"{result.word}: {result.sentence}.", f"reproduce: {result.reproduce}"])


def shown(failures: Sequence[Failure]) -> list[Failure]:
    """Of each scenario and kind of fault the first: powercut.json has them all."""
    first: dict[tuple[str, frozenset[Fault]], Failure] = {}
    for failure in failures:
        first.setdefault((failure.scenario, frozenset(each.fault for each in failure.wrong)), failure)
    return list(first.values())
