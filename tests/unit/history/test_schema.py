# SPDX-License-Identifier: GPL-2.0-only
"""An older file becomes one of today, a newer one is refused."""

import sqlite3
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.history.database import connected
from harness.history.schema import MIGRATIONS, VERSION, migrate, version


def old(path: Path, target: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, str(path), target)
    return connection


def tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return sorted(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall())


@pytest.mark.parametrize("before", range(VERSION))
def test_a_file_of_any_older_schema_comes_out_as_a_new_one(tmp_path: Path, before: int) -> None:
    old(tmp_path / "old", before).close()
    with connected(tmp_path / "old") as migrated, connected(tmp_path / "new") as new:
        assert version(migrated) == version(new) == VERSION
        columns = "SELECT m.name, i.name, i.type FROM sqlite_schema m, pragma_table_info(m.name) i ORDER BY 1, 2"
        assert [tuple(row) for row in migrated.execute(columns)] == [tuple(row) for row in new.execute(columns)]


def test_a_file_of_a_newer_lab_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "h"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    told = f"has schema {VERSION + 1}, this lab knows {VERSION}: use the lab that made it"
    with pytest.raises(BadInput, match=told), connected(path):
        pass
    with sqlite3.connect(path) as connection:
        assert version(connection) == VERSION + 1
    connection.close()


def test_a_step_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = old(tmp_path / "h", 0)
    monkeypatch.setattr("harness.history.schema.MIGRATIONS", (("CREATE TABLE one (a)", "no SQL"), *MIGRATIONS[1:]))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, "h")
    assert (version(connection), tables(connection)) == (0, [])
    connection.close()
