# SPDX-License-Identifier: GPL-2.0-only
import os
import time
from pathlib import Path

import pytest

from harness import process
from harness.deadline import Deadline
from harness.errors import LabBroke
from harness.process import CommandFailed


def test_output_holds_both_streams_in_order() -> None:
    assert process.run(["sh", "-c", "echo a; echo b >&2; echo c"]).stdout == "a\nb\nc\n"


def test_a_failure_carries_status_command_and_the_end_of_the_output() -> None:
    with pytest.raises(CommandFailed) as caught:
        process.run(["sh", "-c", "seq 100; exit 7"])
    assert caught.value.returncode == 7
    assert "ended with status 7:\n86\n" in str(caught.value)
    assert str(caught.value).endswith("\n100")


def test_a_failure_that_is_asked_for_is_no_error() -> None:
    assert process.run(["false"], check=False).returncode == 1


def test_a_missing_program_points_to_the_doctor() -> None:
    with pytest.raises(LabBroke, match=r"`no-such-program` is not installed: `\./lab doctor`"):
        process.run(["no-such-program"])


def test_folder_environment_and_input_reach_the_program(tmp_path: Path) -> None:
    script = "pwd; echo $WORD $LC_ALL; cat"
    output = process.run(["sh", "-c", script], cwd=tmp_path, env={"WORD": "hello"}, stdin="typed\n").stdout
    assert output == f"{tmp_path}\nhello C.UTF-8\ntyped\n"
    assert "WORD" not in os.environ


def test_bytes_that_are_no_text_do_not_break_it() -> None:
    assert process.run(["printf", r"a\377b"]).stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_a_program_and_its_children_die_at_the_deadline(tmp_path: Path) -> None:
    began = time.monotonic()
    pid_file = tmp_path / "pid"
    with pytest.raises(LabBroke, match="did not end within"):
        process.run(["sh", "-c", f"sleep 60 & echo $! > {pid_file}; wait"], deadline=Deadline.after(0.5))
    assert time.monotonic() - began < 10
    assert not alive(int(pid_file.read_text()))


def alive(pid: int) -> bool:
    """Whether a process runs; a killed one stays for a moment until init has reaped it."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True
