# SPDX-License-Identifier: GPL-2.0-only
"""Commands and files over SSH, and what happens when the guest dies under one."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.deadline import Deadline
from harness.errors import KernelFailed, LabBroke
from harness.guest import runner, ssh
from harness.guest.keys import KeyPair
from harness.guest.plan import GuestPlan
from harness.guest.runner import Guest
from harness.guest.ssh import Shell, connect
from tests.fakes.ssh_server import ssh_server

MakePlan = Callable[[str], GuestPlan]
READY = "console lab: init\nconsole lab: ready\n"
HOST, CLIENT = KeyPair.generate(), KeyPair.generate()


@pytest.fixture
def shell(plan_of: MakePlan) -> Iterator[Shell]:
    """A connection to the fake server, beside a fake guest that stays alive."""
    with ssh_server(HOST, CLIENT) as port, Guest(replace(plan_of(READY + "forever\n"), ssh_port=port)) as guest:
        yield connect(guest, HOST, CLIENT, Deadline.after(20))


def test_status_and_both_streams_of_a_command_are_its_own(shell: Shell) -> None:
    out, err = io.BytesIO(), io.BytesIO()
    assert shell.run("cat; echo oops >&2; exit 7", out, err, io.BytesIO(b"in\0put")) == 7
    assert (out.getvalue(), err.getvalue()) == (b"in\0put", b"oops\n")


def test_megabytes_pass_unchanged(shell: Shell) -> None:
    data = bytes(range(256)) * 8192
    assert shell.output("cat", data) == data


def test_a_command_that_fails_shows_what_it_said(shell: Shell) -> None:
    with pytest.raises(LabBroke, match=r"status 3.*no such thing"):
        shell.output("echo no such thing >&2; exit 3")


def test_a_file_goes_in_and_comes_out_again(shell: Shell, tmp_path: Path) -> None:
    there, local, back = tmp_path / "in the guest" / "tool", tmp_path / "tool", tmp_path / "back"
    local.write_bytes(b"#!/bin/sh\n")
    local.chmod(0o755)
    ssh.put(shell, local, str(there))
    ssh.get(shell, str(there), back)
    assert back.read_bytes() == b"#!/bin/sh\n"
    assert there.stat().st_mode & 0o111


def test_a_server_with_another_key_is_refused(plan_of: MakePlan) -> None:
    plan = plan_of(READY + "forever\n")
    with ssh_server(KeyPair.generate(), CLIENT) as port, Guest(replace(plan, ssh_port=port)) as guest:
        refusal = pytest.raises(LabBroke, match="not the one that was started")
        with refusal:
            connect(guest, HOST, CLIENT, Deadline.after(20))


def test_an_oops_under_a_command_ends_it_and_is_the_kernels_fault(
    plan_of: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE", 0.05)
    crash = "console BUG: kernel NULL pointer dereference\nconsole Kernel panic - not syncing: Fatal\n"
    script = READY + "sleep 3\n" + crash
    with ssh_server(HOST, CLIENT) as port, Guest(replace(plan_of(script), ssh_port=port)) as guest:
        shell = connect(guest, HOST, CLIENT, Deadline.after(20))
        with pytest.raises(KernelFailed, match=r"oops.*NULL pointer"):
            shell.output("sleep 30")


def test_a_deadline_ends_a_command(shell: Shell) -> None:
    with pytest.raises(LabBroke, match="timeout"):
        shell.output("sleep 30", deadline=Deadline.after(0.2))


def test_a_lost_connection_is_told_from_a_commands_end(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "LOST_SECONDS", 0.1)
    shell.connection.close()
    with pytest.raises(LabBroke, match="connection to the guest"):
        shell.output("true")
