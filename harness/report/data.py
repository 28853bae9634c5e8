# SPDX-License-Identifier: GPL-2.0-only
"""What the page's script draws from: one block a scenario and one for all, as JSON, deflated (RFC 1951), in base64.

Texts, rows of diagrams and stretches of rows are told once and named by their numbers: most schedules of a sweep share
most of what their actors did. script/data.js reads it.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from harness.report import facts
from harness.report.grid import Grid, grids, signed_visit
from harness.report.harmless import harmless
from harness.report.interleaving import Interleaving, Row
from harness.report.source_map import SourceMap
from harness.report.window_map import WORST_FIRST, Fared, not_entered, window_map
from harness.results.run import KernelInfo, Run, ScenarioPlan
from harness.sweep.records import Outcome, Schedule, Stop, SweepResult

ROW_KINDS = ("enter", "line", "stop", "resume", "sleep", "skip", "end")
ROWS_A_RUN = 14
Item = TypeVar("Item", bound=Hashable)
Json = dict[str, Any]


def packed(value: object) -> str:
    """``value`` as deflated JSON in base64: nothing in it can end the element that holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return b64encode(deflate.compress(text.encode("utf-8", "backslashreplace")) + deflate.flush()).decode()


def unpacked(text: str) -> Any:
    """The inverse of packed()."""
    from base64 import b64decode

    return json.loads(zlib.decompress(b64decode(text), -zlib.MAX_WBITS))


def run_data(run: Run, source: SourceMap) -> Json:
    """What all scenarios share: kernels and source. ``line`` of a row has a number a kernel, 0 where there is none."""
    import shlex

    texts: Table[str] = Table()
    rows = [[texts[row.file], texts[row.function], texts[row.text], *(line or 0 for line in row.lines)]
            for row in source.rows]  # fmt: skip
    return {
        "run": run.number,
        "kernels": [{"name": harmless(kernel.name), "side": kernel.side, "typed": harmless(shlex.quote(kernel.name))}
                    for kernel in run.kernels],
        "marks": list(WORST_FIRST), "texts": [harmless(text) for text in texts], "rows": rows,
    }  # fmt: skip


def scenario_data(run: Run, plan: ScenarioPlan, source: SourceMap, failing: int, passing: int) -> Json:
    """One scenario: of each kernel at most so many ``failing`` schedules with diagrams, and so many that passed."""
    return _Scenario(run, plan, source).data(failing, passing)


class Table(dict[Item, int], Generic[Item]):
    """Numbers for things, in the order in which they were first asked for."""

    def __missing__(self, item: Item) -> int:
        self[item] = len(self)
        return self[item]


class _Scenario:
    def __init__(self, run: Run, plan: ScenarioPlan, source: SourceMap) -> None:
        self.run, self.plan, self.source = run, plan, source
        self.texts: Table[str] = Table()
        self.rows: Table[tuple[int, ...]] = Table()
        self.parts: Table[tuple[int, ...]] = Table()
        self.kinds: Table[tuple[str, ...]] = Table()

    def data(self, failing: int, passing: int) -> Json:
        kernels = [
            self._kernel(number, kernel, result, failing, passing)
            for number, kernel in enumerate(self.run.kernels)
            if (result := self.run.result(self.plan.name, kernel.name))
        ]
        return {
            "name": self.plan.name, "actors": [harmless(each) for each in self.plan.actors], "row_kinds": ROW_KINDS,
            "kernels": kernels, "kinds": list(self.kinds), "parts": list(self.parts), "rows": list(self.rows),
            "texts": [harmless(text) for text in self.texts],
        }  # fmt: skip

    def _kernel(self, number: int, kernel: KernelInfo, result: SweepResult, failing: int, passing: int) -> Json:
        points = self.run.points.get(kernel.name, ())
        rows = {(point.function, point.offset): self.source.row(number, point) for point in points}
        places: Table[tuple[str, int]] = Table()
        few_stops_first = sorted(result.outcomes, key=lambda each: len(each.schedule.stops))
        shown, drawer = few_stops_first[:failing], facts.drawer(self.run, result, ROWS_A_RUN)
        data = {
            "kernel": number,
            "fail": [self._outcome(each, drawer.draw(each) if each.trace else None, places) for each in shown],
            "pass": [number for text in result.passing[:passing] for number in _flat(Schedule.parse(text), places)],
            "grids": [_grid(each, places) for each in grids(result)],
            "map": [[source, *_fared(fared)] for key, fared in window_map(result, points).items()
                    if (source := self.source.places[number].get(key)) is not None],
            "not_entered": not_entered(result, points),
            "left_out": [len(result.outcomes) - len(shown), max(0, len(result.passing) - passing)],
        }  # fmt: skip
        data["places"] = [[self.texts[place[0]], place[1], _or_none(rows.get(place))] for place in places]
        return data

    def _outcome(self, outcome: Outcome, diagram: Interleaving | None, places: Table[tuple[str, int]]) -> list[Any]:
        kinds = tuple(dict.fromkeys(str(each.kind) for each in outcome.violations))
        told = [self.texts[sentence] for sentence in facts.told(outcome)]
        return [_flat(outcome.schedule, places), self.kinds[kinds], told, self._parts(diagram)]

    def _parts(self, diagram: Interleaving | None) -> list[int]:
        """A diagram as stretches, one for each time an actor has the CPU."""
        stretches: list[list[int]] = []
        actor = -1
        for row in diagram.rows if diagram else ():
            if row.actor != actor:
                stretches.append([])
                actor = row.actor
            stretches[-1].append(self.rows[self._row(row)])
        return [self.parts[tuple(stretch)] for stretch in stretches]

    def _row(self, row: Row) -> tuple[int, ...]:
        where = f"{row.frame.file}:{row.frame.line}" if row.frame and row.kind == "enter" else ""
        texts = (self.texts[row.text], self.texts[where], self.texts[row.source])
        return (row.actor, ROW_KINDS.index(row.kind), row.depth, *texts, row.steps)


def _or_none(row: int | None) -> int:
    return -1 if row is None else row


def _flat(schedule: Schedule, places: Table[tuple[str, int]]) -> list[int]:
    """Start order as one number (its actors as digits to base 4, led by a 1), stops, and three numbers a stop.

    These are actor, place and visit, the last as signed_visit() has it.
    """
    order = 1
    for actor in schedule.order:
        order = 4 * order + actor
    return [order, len(schedule.stops), *_stops(schedule.stops, places)]


def _stops(stops: Iterable[Stop], places: Table[tuple[str, int]]) -> list[int]:
    return [
        number for stop in stops for number in (stop.actor, places[(stop.function, stop.offset)], signed_visit(stop))
    ]


def _grid(grid: Grid, places: Table[tuple[str, int]]) -> Json:
    def axis(along: Sequence[tuple[str, int, int]]) -> list[int]:
        return [number for function, offset, visit in along for number in (places[(function, offset)], visit)]

    order = "".join("ABCD"[actor] for actor in grid.order)
    return {
        "order": order, "down_actor": grid.down_actor, "across_actor": grid.across_actor,
        "down": axis(grid.down), "across": axis(grid.across),
    }  # fmt: skip


def _fared(fared: Fared) -> list[Any]:
    actors = [
        [actor, counts.get("fails", 0), counts.get("passes", 0), fared.waits.get(actor, 0)]
        for actor, counts in fared.actors.items()
    ]
    actors += [[actor, 0, 0, times] for actor, times in fared.waits.items() if actor not in fared.actors]
    return [sorted(actors), [[WORST_FIRST.index(mark), count] for mark, count in fared.others.items()]]
