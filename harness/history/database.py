# SPDX-License-Identifier: GPL-2.0-only
"""The connection to history.sqlite: several labs write at once, any of them may be killed at any moment."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import folders
from harness.errors import BadInput, LabBroke
from harness.history.schema import migrate

NAME = "history.sqlite"
WAIT_SECONDS = 60.0  # for another writer, whose transactions take milliseconds


def place() -> Path:
    """The file, beside the run folders."""
    return folders.runs() / NAME


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, made if it is not there, at today's schema.

    Raises BadInput for a file that is no history or one of a newer lab, LabBroke where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        _prepare(connection)
        migrate(connection, str(path))
        yield connection
    except sqlite3.OperationalError as error:
        raise LabBroke(f"{path}: {error}; is the disk full, or does another lab hold the file?") from None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # a mistake of the lab's own
        raise BadInput(
            f"{path} is no history ({error}): move it away, `lab history --rescan` makes it again from the run folders"
        ) from None
    finally:
        if connection is not None:
            connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    # A write-ahead log lets readers read while one writes; FULL syncs it at each commit, so that what was said to be
    # recorded survives a power cut too (https://www.sqlite.org/pragma.html#pragma_synchronous).
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of the block or, after an error or a kill, nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it already
            connection.execute("ROLLBACK")
        raise
