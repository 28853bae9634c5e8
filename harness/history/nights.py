# SPDX-License-Identifier: GPL-2.0-only
"""The nights of `lab nightly` in the history."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.history.database import writing
from harness.verdict.verdict import Word


@dataclass(frozen=True)
class Night:
    """One night: its run's id, number and word; ``status`` is what `lab nightly` ended with.

    ``mutants``: the state of each mutant by name, empty where the kill matrix was not made.
    """

    run: str
    number: int
    started: str
    word: str
    watch: str
    fingerprint: str
    status: int
    mutants: Mapping[str, str] = field(default_factory=dict)


class Nights:
    """Those of one watch, in an open history."""

    def __init__(self, connection: sqlite3.Connection, watch: str) -> None:
        self._connection, self.watch = connection, watch

    def add(self, run: str, fingerprint: str, status: int, mutants: Mapping[str, str]) -> None:
        """Records the night whose run, already recorded, has this id."""
        text = json.dumps(dict(mutants), sort_keys=True) if mutants else ""
        with writing(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO nights VALUES (?, ?, ?, ?, ?)", (run, self.watch, fingerprint, status, text)
            )

    def last(self) -> Night | None:
        """The latest night, whatever came of it."""
        return self._latest("1")

    def baseline(self) -> Night | None:
        """The latest good night: one that passed; where none did, one without a failure; else one with.

        Never one in which the lab was at fault.
        """
        words = (Word.PASS, Word.INCONCLUSIVE, Word.FAIL)
        return next((night for word in words if (night := self._latest("word = ?", word))), None)

    def last_mutants(self) -> Mapping[str, str]:
        """States of the latest kill matrix."""
        night = self._latest("mutants != ''")
        return night.mutants if night else {}

    def _latest(self, condition: str, *values: str) -> Night | None:
        row = self._connection.execute(
            f"""SELECT run, number, started, word, watch, fingerprint, nights.status, mutants FROM nights
                JOIN runs ON run = id WHERE watch = ? AND {condition}
                ORDER BY started DESC, nights.rowid DESC LIMIT 1""",
            (self.watch, *values),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        return Night(**{**dict(row), "mutants": json.loads(row["mutants"] or "{}")})
