# SPDX-License-Identifier: GPL-2.0-only
"""Runs into the history and out of it again."""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.history.database import connected, place, writing
from harness.history.entry import Entry, Row
from harness.history.nights import Nights

SHORT = 12  # digits of an id as people see it
LEAST = 4  # digits by which a run can be named


@dataclass(frozen=True)
class Recorded:
    """One run in the list: what the table runs has, with its kernels (without, with) and counts of cells by word."""

    id: str
    number: int
    imported: str
    started: str
    seconds: float
    word: str
    status: int
    sentence: str
    reproduce: str
    kernels: tuple[dict[str, Any], ...]
    cells: tuple[dict[str, Any], ...]

    @property
    def short(self) -> str:
        """Its id as people see it."""
        return self.id[:SHORT]


class History:
    """An open history. What add() writes is one short transaction; nothing is ever changed afterwards."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path | None = None) -> Iterator["History"]:
        """The history in ``path``, else beside the run folders. Raises what connected() does."""
        with connected(path or place()) as connection:
            yield cls(connection)

    def add(self, entry: Entry) -> bool:
        """Records a run; False if it is there already."""
        with writing(self._connection):
            if self.has(entry.id):
                return False
            self._insert("runs", [entry.row()])
            self._insert("kernels", entry.kernels())
            self._insert("cells", entry.cells())
        return True

    def has(self, id_: str) -> bool:
        """Whether that run is recorded."""
        return self._connection.execute("SELECT 1 FROM runs WHERE id = ?", (id_,)).fetchone() is not None

    def runs(self, kernel: str = "", scenario: str = "") -> list[Recorded]:
        """The runs in the order of their start; only those with that kernel (name, key or build id) or scenario."""
        sql = "SELECT id FROM runs WHERE 1"
        values: list[str] = []
        if kernel:
            sql += " AND id IN (SELECT run FROM kernels WHERE ? IN (name, key, build_id))"
            values.append(kernel)
        if scenario:
            sql += " AND id IN (SELECT run FROM cells WHERE scenario = ?)"
            values.append(scenario)
        found = self._connection.execute(f"{sql} ORDER BY started, id", values).fetchall()
        return [self._recorded(row["id"]) for row in found]

    def find(self, name: str) -> Recorded:
        """The run called by its number here (the latest of that number), by the beginning of its id, or "last".

        Raises BadInput for a name that no run, or more than one, has.
        """
        if name == "last":
            found = self._ids("SELECT id FROM runs ORDER BY started DESC, id LIMIT 1")
        elif name.isdigit() and len(name) < LEAST + 4:
            found = self._ids("SELECT id FROM runs WHERE number = ? ORDER BY started DESC LIMIT 1", int(name))
        else:
            found = []
        if not found and len(name) >= LEAST and set(name) <= set("0123456789abcdef"):
            found = self._ids("SELECT id FROM runs WHERE id GLOB ?", f"{name}*")
        if len(found) > 1:
            raise BadInput(f"`{name}` begins the ids of {len(found)} runs: give more digits")
        if not found:
            raise BadInput(f"no run `{name}` is recorded: `lab history` lists them, by number and by id")
        return self._recorded(found[0])

    def results(self, id_: str) -> bytes:
        """results.json of that run, byte for byte."""
        row = self._connection.execute("SELECT results FROM runs WHERE id = ?", (id_,)).fetchone()
        return zlib.decompress(row["results"])

    def swept(self, key: str) -> tuple[Recorded, str, str] | None:
        """The earliest run that swept what has this key, wholly, and what scenario and kernel are called there."""
        row = self._connection.execute(
            """SELECT run, scenario, kernel FROM cells JOIN runs ON run = id WHERE key = ? AND reusable
               ORDER BY started, id LIMIT 1""", (key,)).fetchone()  # fmt: skip
        return (self._recorded(row["run"]), row["scenario"], row["kernel"]) if row else None

    def nights(self, watch: str) -> Nights:
        """The nights of `lab nightly` that watch the same."""
        return Nights(self._connection, watch)

    def _ids(self, sql: str, *values: str | int) -> list[str]:
        return [row["id"] for row in self._connection.execute(sql, values)]

    def _recorded(self, id_: str) -> Recorded:
        columns = "id, number, imported, started, seconds, word, status, sentence, reproduce"
        row = self._connection.execute(f"SELECT {columns} FROM runs WHERE id = ?", (id_,)).fetchone()
        kernels = self._plain("SELECT * FROM kernels WHERE run = ? ORDER BY side DESC, name", id_)
        return Recorded(**dict(row), kernels=kernels, cells=self._plain(
            "SELECT * FROM cells WHERE run = ? ORDER BY scenario, kernel", id_))  # fmt: skip

    def _plain(self, sql: str, id_: str) -> tuple[dict[str, Any], ...]:
        rows = self._connection.execute(sql, (id_,))
        return tuple({key: row[key] for key in dict(row) if key != "run"} for row in rows)

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        for row in rows:
            marks = ", ".join(f":{key}" for key in row)
            self._connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)
