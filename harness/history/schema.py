# SPDX-License-Identifier: GPL-2.0-only
"""The tables of history.sqlite, and how an older file becomes one of today (PRAGMA user_version counts the steps)."""

import sqlite3

from harness.errors import BadInput

# One entry a version, each a list of statements; an entry that was released is never changed, only followed.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # id: sha256 of results.json. number: of its folder in the runs folder; imported: from where, "" if made here.
        # results: results.json, compressed by zlib.
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, number INTEGER NOT NULL, imported TEXT NOT NULL, started TEXT NOT NULL,
            seconds REAL NOT NULL, word TEXT NOT NULL, status INTEGER NOT NULL, sentence TEXT NOT NULL,
            reproduce TEXT NOT NULL, results BLOB NOT NULL
        ) STRICT""",
        """CREATE TABLE kernels (
            run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, side TEXT NOT NULL,
            release TEXT NOT NULL, key TEXT NOT NULL, build_id TEXT NOT NULL, source TEXT NOT NULL,
            series TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (run, name)
        ) STRICT""",
        # One scenario on one kernel. kinds: of violation, by comma. schedules and failing: how many of the sweep.
        """CREATE TABLE cells (
            run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, scenario TEXT NOT NULL, kernel TEXT NOT NULL,
            word TEXT NOT NULL, sentence TEXT NOT NULL, kinds TEXT NOT NULL, bound INTEGER NOT NULL,
            schedules INTEGER NOT NULL, failing INTEGER NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (run, scenario, kernel)
        ) STRICT""",
        "CREATE INDEX cells_by_scenario ON cells (scenario, kernel)",
        "CREATE INDEX runs_by_start ON runs (started)",
    ),
    (
        # key: of what the sweep was made from. taken_from: the earlier run that swept it. reusable: 1 if this run swept
        # it, wholly, so that it may stand for every later sweep of the same key.
        "ALTER TABLE cells ADD COLUMN key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cells ADD COLUMN taken_from TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE cells ADD COLUMN reusable INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX cells_by_key ON cells (key) WHERE reusable",
    ),
    (
        # A night of `lab nightly`. watch: what is compared with what, nights of one watch follow each other.
        # fingerprint: of all that was to be run. mutants: state of each mutant by name as JSON, "" if none was run.
        """CREATE TABLE nights (
            run TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE, watch TEXT NOT NULL, fingerprint TEXT NOT NULL,
            status INTEGER NOT NULL, mutants TEXT NOT NULL
        ) STRICT""",
    ),
)
VERSION = len(MIGRATIONS)


def version(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, name: str, target: int = VERSION) -> None:
    """Brings the file to ``target`` in one transaction: a kill leaves the old schema. ``name`` is what errors call it.

    Raises BadInput for a file of a newer lab.
    """
    if version(connection) == target:
        return
    connection.execute("BEGIN IMMEDIATE")  # another lab may be at it: who comes second finds it done
    try:
        found = version(connection)
        if found > target:
            raise BadInput(f"{name} has schema {found}, this lab knows {target}: use the lab that made it")
        for statement in (each for step in MIGRATIONS[found:target] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {target}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
