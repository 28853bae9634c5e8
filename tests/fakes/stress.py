# SPDX-License-Identifier: GPL-2.0-only
"""Stress guests of the scripted QEMU, and the SSH server in them: its racer says what the boot's script has as records.

What the script has behind its records takes place once the racer has said them.
"""

import shlex
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from harness.engine import stress_guest
from harness.engine.guests import Supplies
from harness.guest import session
from harness.guest.keys import KeyPair
from harness.guest.runner import Guest
from tests.fakes.boots import Boots
from tests.fakes.ssh_server import given_to, ssh_server

DMESG = b"[    0.000000] Linux version 6.1.192\n"
ENDED = "console [    2.0] lab: job ended with status "
FINISH = "console [    2.1] reboot: Power down\n"
LOST = "lost\n"  # the last line of a script whose connection breaks and whose kernel lives


class Guests:
    """Answers for the guest that booted last."""

    def __init__(self, booted: Path) -> None:
        self._booted = booted

    def answer(self, channel: paramiko.Channel, command: str) -> None:
        """Runs a command of the lab's: puts the job, races, shows the log."""
        script = Path(self._booted.read_text().strip())
        word = next(each for each in shlex.split(command) if "=" not in each)  # behind variables
        given = given_to(channel)  # its end comes once the command has been accepted
        if word == "mkdir":
            Path(f"{script}.job").write_bytes(given)
        elif word == "racer":
            self._race(channel, script)
            return
        elif word == "cat":
            channel.sendall(DMESG)
        _exit(channel, 0)

    def _race(self, channel: paramiko.Channel, script: Path) -> None:
        lines = script.read_text().splitlines()
        for line in lines:
            verb, _space, text = line.partition(" ")
            if verb in ("record", "torn"):
                channel.sendall(text.encode() + (b"\n" if verb == "record" else b""))
        if LOST.strip() in lines:
            channel.get_transport().close()
            return
        Path(f"{script}.told").touch()
        ended = [line for line in lines if line.startswith(ENDED)]
        if ended:
            _exit(channel, int(ended[0].removeprefix(ENDED)))
        else:
            threading.Event().wait(30)  # the racer never ends: whatever ends the guest ends this


def _exit(channel: paramiko.Channel, status: int) -> None:
    channel.send_exit_status(status)
    channel.shutdown_write()
    channel.close()


def spoken(script: str) -> str:
    """A script of tests/fakes/records.py for a guest with an SSH server, that does not end with its job."""
    head, init, rest = script.partition("lab: init\n")
    if not init:
        return script
    lines = rest.replace(FINISH, "forever\n").splitlines(keepends=True)
    records = [line for line in lines if line.startswith(("record ", "torn "))]
    after = [line for line in lines if line not in records]
    if not records:
        return head + init + "".join(after)
    return "".join([head, init, "console [    0.6] lab: ready\n", *records, "await told\n", *after])


def follow(boots: Boots, scripts: Sequence[str], batch: str = "") -> None:
    """The next stress guests of this kernel do what these scripts say."""
    boots.follow([spoken(script) for script in scripts], batch)


@contextmanager
def stress_guests(folder: Path, store: Supplies, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All guests of stress are the scripted ones, and their keys and port those of one server on this host."""
    host, client = KeyPair.generate(), KeyPair.generate()
    booted = folder / "booted"
    monkeypatch.setenv("LAB_FAKE_BOOTED", str(booted))
    pairs = iter(())

    class Keys(KeyPair):
        """The server's keys in the order in which a boot makes them."""

        @classmethod
        def generate(cls) -> KeyPair:  # type: ignore[override]
            nonlocal pairs
            pair = next(pairs, None)
            if pair is None:
                pairs = iter((host, client))
                pair = next(pairs)
            return pair

    for user in (stress_guest, session):
        monkeypatch.setattr(user, "KeyPair", Keys)
    monkeypatch.setattr(Guest.__init__, "__defaults__", (25.0,))  # a connection takes seconds on a loaded host
    monkeypatch.setattr(stress_guest, "supplies", lambda _guest, network: store)
    monkeypatch.setattr(session.racer, "build_racer", lambda: store.base)
    monkeypatch.setattr(session.initramfs, "base_initramfs", lambda _racer, network: store.base)
    monkeypatch.setattr(session.pmem, "pmem_template", lambda _size, _filesystem: store.template)
    with ssh_server(host, client, Guests(booted).answer) as port:
        for user in (stress_guest, session):
            monkeypatch.setattr(user, "free_port", lambda: port)
        yield
