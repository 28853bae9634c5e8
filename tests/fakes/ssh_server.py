# SPDX-License-Identifier: GPL-2.0-only
"""An SSH server on the loopback interface that runs commands on the host, in the place of a guest's dropbear."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from harness.guest.keys import KeyPair

Answer = Callable[[paramiko.Channel, str], None]


class Door(paramiko.ServerInterface):
    """Lets one key in, and runs what it asks for."""

    def __init__(self, client: KeyPair, answer: Answer) -> None:
        self._client = client.blob()
        self._answer = answer

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Only root with the one key."""
        right = username == "root" and key.asbytes() == self._client
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        """ssh(1) asks before it shows its key."""
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Sessions only."""
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Answers, by default with the host's sh."""
        threading.Thread(target=self._answer, args=(channel, command.decode()), daemon=True).start()
        return True


def given_to(channel: paramiko.Channel) -> bytes:
    """All of a command's input."""
    given = b""
    while data := channel.recv(1 << 16):
        given += data
    return given


def _run(channel: paramiko.Channel, command: str) -> None:
    given = given_to(channel)
    done = subprocess.run(["sh", "-c", command], input=given, capture_output=True, check=False)
    channel.sendall(done.stdout)
    channel.sendall_stderr(done.stderr)
    channel.send_exit_status(done.returncode)
    channel.close()


@contextmanager
def ssh_server(host: KeyPair, client: KeyPair, answer: Answer = _run) -> Iterator[int]:
    """The server's port. ``answer`` takes a command's channel and its line."""
    import io

    with socket.create_server(("127.0.0.1", 0)) as listener:
        key = paramiko.Ed25519Key(file_obj=io.StringIO(host.openssh_private()))
        server = threading.Thread(target=_serve, args=(listener, key, Door(client, answer)), daemon=True)
        server.start()
        yield int(listener.getsockname()[1])
        # Else it goes on waiting at that number, and the next server's connections are answered with this one's key.
        listener.shutdown(socket.SHUT_RDWR)
        server.join()


def _serve(listener: socket.socket, key: paramiko.PKey, door: Door) -> None:
    try:
        while True:
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(key)
            transport.start_server(event=threading.Event(), server=door)
    except OSError:
        return
