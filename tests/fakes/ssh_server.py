# SPDX-License-Identifier: GPL-2.0-only
"""An SSH server on the loopback interface that runs commands on the host, in the place of a guest's dropbear."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from harness.guest.keys import KeyPair


class Door(paramiko.ServerInterface):
    """Lets one key in, and runs what it asks for."""

    def __init__(self, client: KeyPair) -> None:
        self._client = client.blob()

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Only root with the one key."""
        right = username == "root" and key.asbytes() == self._client
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Sessions only."""
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Runs the command with the host's sh."""
        threading.Thread(target=_run, args=(channel, command), daemon=True).start()
        return True


def _run(channel: paramiko.Channel, command: bytes) -> None:
    given = b""
    while data := channel.recv(1 << 16):
        given += data
    done = subprocess.run(["sh", "-c", command], input=given, capture_output=True, check=False)
    channel.sendall(done.stdout)
    channel.sendall_stderr(done.stderr)
    channel.send_exit_status(done.returncode)
    channel.close()


@contextmanager
def ssh_server(host: KeyPair, client: KeyPair) -> Iterator[int]:
    """The server's port."""
    import io

    with socket.create_server(("127.0.0.1", 0)) as listener:
        key = paramiko.Ed25519Key(file_obj=io.StringIO(host.openssh_private()))
        threading.Thread(target=_serve, args=(listener, key, Door(client)), daemon=True).start()
        yield int(listener.getsockname()[1])


def _serve(listener: socket.socket, key: paramiko.PKey, door: Door) -> None:
    try:
        while True:
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(key)
            transport.start_server(event=threading.Event(), server=door)
    except OSError:
        return
