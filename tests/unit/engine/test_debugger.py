# SPDX-License-Identifier: GPL-2.0-only
"""gdb in the foreground: it gets the script once QEMU listens, Ctrl-C is its own, and nothing outlives the block."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.engine.debugger import Debugger, debugger
from harness.errors import LabBroke
from tests.fakes.records import subject


@pytest.fixture
def gdb(tmp_path: Path) -> Iterator[Debugger]:
    with debugger(subject(tmp_path).kernel, 1) as made:
        yield made


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gdb that does what ``script`` says."""
    place = folder / "debuggers"
    place.mkdir()
    (place / "gdb").write_text(f"#!/bin/sh\n{script}\n")
    (place / "gdb").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")


def test_the_script_has_symbols_and_sources_of_that_kernel_and_stops_where_actors_are(
    gdb: Debugger, tmp_path: Path
) -> None:
    text = gdb.script.read_text()
    assert f"file {tmp_path / 'vmlinux'}\n" in text and f"directory {tmp_path / 'sources'}\n" in text
    assert text.index(f"target remote {gdb.socket}\n") < text.index("break sched_setattr_nocheck if")
    assert len(str(gdb.socket)) <= 107


def test_where_nobody_is_stopped_the_script_leaves_the_guest_at_its_first_instruction(tmp_path: Path) -> None:
    with debugger(subject(tmp_path).kernel, 0) as gdb:
        text = gdb.script.read_text()
    assert "break" not in text.replace("breakpoints", "") and "continue\n" not in text
    assert not gdb.script.exists()


def test_gdb_starts_once_qemu_listens_and_its_end_is_the_guests_deadline(
    gdb: Debugger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, f'echo "$@" >{tmp_path}/words', monkeypatch)
    with gdb.attached(foreground=True):
        assert not gdb.deadline.passed and not (tmp_path / "words").exists()
        gdb.socket.touch()
        assert gdb.left.wait(20)
        assert gdb.deadline.passed
    assert (tmp_path / "words").read_text() == f"-q -x {gdb.script}\n"


def test_the_block_ends_when_the_user_leaves_gdb(
    gdb: Debugger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, f"touch {tmp_path}/there; sleep 0.5; touch {tmp_path}/left", monkeypatch)
    gdb.socket.touch()
    with gdb.attached(foreground=True):
        pass
    assert (tmp_path / "left").exists()


def test_ctrl_c_is_gdbs_inside_of_the_block_and_the_labs_behind_it(
    gdb: Debugger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "exit 0", monkeypatch)
    before = signal.getsignal(signal.SIGINT)
    gdb.socket.touch()
    with gdb.attached(foreground=True):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)  # where Python would raise KeyboardInterrupt
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_the_block_ends_gdb(gdb: Debugger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, f"echo $$ >{tmp_path}/pid; exec sleep 600", monkeypatch)
    gdb.socket.touch()
    with pytest.raises(LabBroke), gdb.attached(foreground=True):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.01)
        raise LabBroke("the guest broke")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_without_a_gdb_it_is_said_what_to_install(gdb: Debugger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabBroke, match="`gdb` is not installed"), gdb.attached(foreground=True):
        raise AssertionError("the guest must not be started")


def test_another_terminals_line_is_said_once_qemu_listens_and_not_before(
    gdb: Debugger, capsys: pytest.CaptureFixture[str]
) -> None:
    with gdb.attached(foreground=False):
        time.sleep(0.2)
        assert capsys.readouterr().err == ""
        gdb.socket.touch()
        said, until = "", time.monotonic() + 20
        while not said and time.monotonic() < until:
            said = capsys.readouterr().err
    assert gdb.command in said


def test_a_guest_that_never_listens_is_not_waited_for(gdb: Debugger, capsys: pytest.CaptureFixture[str]) -> None:
    with gdb.attached(foreground=False):
        pass
    assert capsys.readouterr().err == ""
