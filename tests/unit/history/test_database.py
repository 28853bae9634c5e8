# SPDX-License-Identifier: GPL-2.0-only
"""The file survives what can happen to it: a kill in the middle above all."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import folders
from harness.errors import BadInput, LabBroke
from harness.history.database import connected, place, writing
from harness.history.store import History
from tests.unit.history.test_store import entry

WRITER = """
import os, signal, sys
from pathlib import Path
from harness.history.entry import Entry
from harness.history.store import History
from harness.results.store import load

path, first, killed_at = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
text = Path(sys.argv[4]).read_text()
run = load(text)
entries = [Entry(f"{text}{first} {number}".encode(), run, number) for number in range(60)]
with History.open(path) as history:
    inserted = 0

    def count(statement):
        global inserted
        inserted += statement.startswith("INSERT INTO cells")
        if killed_at and inserted == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    history._connection.set_trace_callback(count)
    print("ready", flush=True)
    for each in entries:
        history.add(each)
"""


def writer(path: Path, first: int, killed_at: int = 0) -> "subprocess.Popen[str]":
    """A process that records 60 runs and, if told so, kills itself before a row in the middle of one."""
    text = path.with_name("results.json")
    text.write_bytes(entry().text)
    words = [sys.executable, "-c", WRITER, str(path), str(first), str(killed_at), str(text)]
    env = {**os.environ, "PYTHONPATH": str(folders.PROJECT)}
    return subprocess.Popen(words, cwd=folders.PROJECT, env=env, stdout=subprocess.PIPE, text=True)


def check(path: Path) -> int:
    """The number of runs; the file is sound and each run is whole."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute(
            """SELECT (SELECT count(*) FROM kernels WHERE run = id), (SELECT count(*) FROM cells WHERE run = id)
               FROM runs""").fetchall()  # fmt: skip
        assert set(rows) <= {(2, 12)}, "half a run"
        return len(rows)
    finally:
        connection.close()


def test_a_writer_killed_in_the_middle_of_a_run_leaves_the_runs_before_it_and_nothing_of_that_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "h"
    process = writer(path, 1, killed_at=12 * 5 + 7)
    assert process.wait(60) == -signal.SIGKILL
    assert check(path) == 5
    assert writer(path, 1).wait(60) == 0
    assert check(path) == 60


def test_writers_killed_at_random_moments_leave_a_sound_file_of_whole_runs(tmp_path: Path) -> None:
    path, chance = tmp_path / "h", random.Random(10)
    seen = 0
    for turn in range(1, 5):
        pair = [writer(path, 2 * turn), writer(path, 2 * turn + 1)]
        for process in pair:
            assert process.stdout is not None
            process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.15))
        for process in pair:
            process.send_signal(signal.SIGKILL)
            process.wait(60)
        now = check(path)
        assert now >= seen, "a recorded run is gone"
        seen = now
    assert 0 < seen < 4 * 2 * 60
    with History.open(path) as history:
        assert len(history.runs()) == seen


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with connected(tmp_path / "h") as connection:
        with pytest.raises(KeyboardInterrupt), writing(connection):
            connection.execute("INSERT INTO runs VALUES ('a', 1, '', '', 0.0, 'PASS', 0, '', '', x'00')")
            raise KeyboardInterrupt
        assert connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


def test_the_file_lies_beside_the_run_folders() -> None:
    assert place() == folders.runs() / "history.sqlite"


def test_a_file_that_is_no_history_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "h"
    path.write_bytes(b"no database at all, " * 100)
    told = r"is no history .* move it away, `lab history --rescan` makes it again"
    with pytest.raises(BadInput, match=told), connected(path):
        pass


def test_a_file_that_cannot_be_opened_is_the_labs_trouble(tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    with pytest.raises(LabBroke, match="unable to open database file"), connected(tmp_path / "h"):
        pass
