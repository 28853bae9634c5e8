# SPDX-License-Identifier: GPL-2.0-only
"""A run as the history keeps it: rows of three tables, made from results.json alone."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from harness.results.run import KernelInfo, Run
from harness.sweep.records import SweepResult
from harness.verdict.verdict import Cell, Verdict

Row = Mapping[str, str | int | float | bytes]


@dataclass(frozen=True)
class Entry:
    """One finished run. ``number`` is that of its folder here, ``imported`` where it came from, "" if made here."""

    text: bytes  # results.json
    run: Run
    number: int
    imported: str = ""

    @property
    def id(self) -> str:
        """What makes it the same run wherever it is: sha256 of its results.json."""
        return identity(self.text)

    @property
    def verdict(self) -> Verdict:
        """Of a finished run, which always has one."""
        assert self.run.verdict is not None
        return self.run.verdict

    def row(self) -> Row:
        """Of the table runs."""
        run, verdict = self.run, self.verdict
        return {
            "id": self.id, "number": self.number, "imported": self.imported, "started": run.started,
            "seconds": run.seconds, "word": verdict.word.value, "status": int(verdict.status),
            "sentence": verdict.sentence, "reproduce": run.reproduce, "results": zlib.compress(self.text),
        }  # fmt: skip

    def kernels(self) -> list[Row]:
        """Of the table kernels."""
        return [self._kernel(kernel) for kernel in self.run.kernels]

    def cells(self) -> list[Row]:
        """Of the table cells."""
        return [self._cell(cell) for cell in self.verdict.cells]

    def _kernel(self, kernel: KernelInfo) -> Row:
        return {
            "run": self.id, "name": kernel.name, "side": kernel.side, "release": kernel.release, "key": kernel.key,
            "build_id": kernel.build_id, "source": kernel.source, "series": kernel.series, "version": kernel.version,
            "state": kernel.state,
        }  # fmt: skip

    def _cell(self, cell: Cell) -> Row:
        swept = self.run.result(cell.scenario, cell.kernel)
        return {
            "run": self.id, "scenario": cell.scenario, "kernel": cell.kernel, "word": cell.word.value,
            "sentence": cell.sentence, "kinds": ",".join(sorted(cell.kinds)), "bound": swept.bound if swept else 0,
            "schedules": sum(swept.schedules.values()) if swept else 0,
            "failing": sum(swept.failing.values()) if swept else 0, "digest": swept.digest if swept else "",
            "key": swept.key if swept else "", "taken_from": swept.taken_from if swept else "",
            "reusable": int(_reusable(swept)),
        }  # fmt: skip


def _reusable(swept: SweepResult | None) -> bool:
    return bool(swept and swept.key and swept.whole and not swept.taken_from)


def identity(text: bytes) -> str:
    """The id of the run whose results.json this is."""
    return hashlib.sha256(text).hexdigest()
