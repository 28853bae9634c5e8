# SPDX-License-Identifier: GPL-2.0-only
"""Commands and files over SSH, while the guest is watched: its death ends a command at once, and is named."""

import io
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from harness.deadline import Deadline
from harness.errors import KernelFailed, LabBroke
from harness.guest.keys import KeyPair
from harness.guest.runner import Guest

if TYPE_CHECKING:
    import paramiko
    from fabric import Connection

ADDRESS = "127.0.0.1"
CHUNK = 64 << 10
RETRY = 0.05  # seconds
LOST_SECONDS = 3.0  # that a dying guest is given to show its end, once the connection is lost
REST_SECONDS = 1.0  # that what a dead guest had sent is waited for
KERNELS_FAULT = ("panic", "oops", "soft-lockup", "hang")


class ConnectionLost(LabBroke):
    """The connection is gone and the guest has not ended: nothing is said about its kernel."""


class Shell:
    """An open connection to a guest."""

    def __init__(self, guest: Guest, connection: "Connection") -> None:
        self.guest = guest
        self.connection = connection

    def run(
        self,
        command: str,
        stdout: BinaryIO,
        stderr: BinaryIO,
        stdin: BinaryIO | None = None,
        deadline: Deadline | None = None,
    ) -> int:
        """Runs a command line of the guest's sh and returns its status; bytes pass both ways as they are.

        Raises KernelFailed if the kernel dies under it, LabBroke if the guest ends otherwise or the deadline passes.
        """
        from paramiko.ssh_exception import SSHException

        try:
            channel = self._open(command, stdin)
        except (SSHException, OSError, EOFError) as error:
            raise self._lost(str(error)) from None
        while not _done(channel):
            if _drain(channel, stdout, stderr):
                continue
            try:
                self._check(deadline or Deadline())
            except (KernelFailed, LabBroke):
                _drain_rest(channel, stdout, stderr)
                raise
        status = channel.recv_exit_status()
        if status < 0:
            raise self._lost("it was closed under the command")
        return status

    def output(self, command: str, stdin: bytes = b"", deadline: Deadline | None = None) -> bytes:
        """What a command prints. Raises LabBroke, with what it said, if its status is not 0."""
        out, err = io.BytesIO(), io.BytesIO()
        status = self.run(command, out, err, io.BytesIO(stdin), deadline)
        if status:
            said = (err.getvalue() or out.getvalue()).decode("utf-8", "replace").strip()
            raise LabBroke(f"`{command}` ended with status {status} in the guest: {said}")
        return out.getvalue()

    def interact(self) -> int:
        """Connects the terminal to a shell of the guest until that ends; returns its status."""
        from invoke.exceptions import UnexpectedExit

        try:
            result = self.connection.shell()
        except UnexpectedExit as error:
            result = error.result
        return int(result.exited) if result is not None else 0

    def _open(self, command: str, stdin: BinaryIO | None) -> "paramiko.Channel":
        transport = self.connection.client.get_transport()
        if transport is None:
            raise self._lost("it is closed")
        channel: paramiko.Channel = transport.open_session()
        channel.exec_command(command)
        threading.Thread(target=_feed, args=(channel, stdin), daemon=True).start()
        return channel

    def _lost(self, how: str) -> ConnectionLost:
        """The error for a lost connection; raises the better one where the guest's own end is behind it."""
        patience = Deadline.after(LOST_SECONDS)
        while not patience.passed:
            self._check(Deadline())
        return ConnectionLost(f"the connection to the guest is lost: {how}")

    def _check(self, deadline: Deadline) -> None:
        self.guest.watch(deadline)
        if ended := self.guest.end:
            kind = KernelFailed if ended.kind in KERNELS_FAULT else LabBroke
            raise kind(f"the guest ended under the command ({ended.kind}): {ended.detail}")


def connect(guest: Guest, host: KeyPair, client: KeyPair, deadline: Deadline) -> Shell:
    """Connects to the guest's SSH server, which must have ``host`` as its key. Raises LabBroke if it cannot be reached.

    Waits for the server; ``deadline`` bounds that.
    """
    guest.wait_ready(deadline)
    connection = _connection(guest.plan.ssh_port, host, client)
    from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException

    while True:
        try:
            connection.open()
            return Shell(guest, connection)
        except (AuthenticationException, BadHostKeyException) as error:
            raise LabBroke(f"the guest's SSH server is not the one that was started: {error}") from None
        except (SSHException, OSError, EOFError) as error:
            _retry(guest, deadline, error)


def _retry(guest: Guest, deadline: Deadline, error: Exception) -> None:
    guest.watch(deadline)
    if guest.end:
        raise LabBroke(f"the guest cannot be reached ({guest.end.kind}): {guest.end.detail}; {error}")
    time.sleep(RETRY)


def _connection(port: int, host: KeyPair, client: KeyPair) -> "Connection":
    import paramiko
    from fabric import Config, Connection

    # A refused attempt is repeated and no news; without a handler paramiko prints its traceback.
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    # Nothing of the user's own keys, agent and configuration belongs here.
    key = paramiko.Ed25519Key(file_obj=io.StringIO(client.openssh_private()))
    options = {"pkey": key, "look_for_keys": False, "allow_agent": False, "banner_timeout": 30, "auth_timeout": 30}
    config = Config(overrides={"load_ssh_configs": False})
    connection = Connection(ADDRESS, user="root", port=port, connect_kwargs=options, config=config, connect_timeout=10)
    connection.client.set_missing_host_key_policy(paramiko.RejectPolicy())
    pinned = paramiko.Ed25519Key(data=host.blob())
    connection.client.get_host_keys().add(f"[{ADDRESS}]:{port}", pinned.get_name(), pinned)
    return connection


def _feed(channel: "paramiko.Channel", stdin: BinaryIO | None) -> None:
    try:
        while stdin and (data := stdin.read(CHUNK)):
            channel.sendall(data)
        channel.shutdown_write()
    except OSError:
        # The command ended without reading all of its input.
        return


def _drain(channel: "paramiko.Channel", stdout: BinaryIO, stderr: BinaryIO) -> bool:
    """Passes on what has come; whether there was anything."""
    out = channel.recv(CHUNK) if channel.recv_ready() else b""
    err = channel.recv_stderr(CHUNK) if channel.recv_stderr_ready() else b""
    for stream, data in ((stdout, out), (stderr, err)):
        if data:
            stream.write(data)
            stream.flush()
    return bool(out or err)


def _drain_rest(channel: "paramiko.Channel", stdout: BinaryIO, stderr: BinaryIO) -> None:
    """What a guest that has died had sent before: QEMU's end closes the connection behind it."""
    patience = Deadline.after(REST_SECONDS)
    while not (_done(channel) or patience.passed):
        if not _drain(channel, stdout, stderr):
            time.sleep(RETRY)


def _done(channel: "paramiko.Channel") -> bool:
    over = channel.closed or (channel.exit_status_ready() and channel.eof_received)
    return bool(over and not channel.recv_ready() and not channel.recv_stderr_ready())


def put(shell: Shell, local: Path, remote: str) -> None:
    """Copies a file, with its executable bits, or a folder into the guest."""
    import shlex
    import tarfile

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        tar.add(local, arcname=remote.lstrip("/"))
    shell.output(f"mkdir -p {shlex.quote(str(Path(remote).parent))} && tar -xf - -C /", archive.getvalue())


def get(shell: Shell, remote: str, local: Path) -> None:
    """Copies a file of the guest; also one of /proc or debugfs, whose size is only known once it is read."""
    import shlex

    from harness.image.content import write_atomically

    write_atomically(local, [shell.output(f"cat {shlex.quote(remote)}")])
