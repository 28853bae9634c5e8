# SPDX-License-Identifier: GPL-2.0-only
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from harness.report.server import ADDRESS, Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "secret").write_text("secret")
    with Server(tmp_path / "runs", 0) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.05,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def ask(server: Server, target: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection(ADDRESS, server.server_port, timeout=10)
    connection.putrequest(method, target, skip_host=True)
    connection.putheader("Host", host or f"{ADDRESS}:{server.server_port}")
    connection.endheaders()
    response = connection.getresponse()
    found = response.status, dict(response.getheaders()), response.read().decode()
    connection.close()
    return found


def test_it_answers_on_the_loopback_address_alone(server: Server) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    status, headers, body = ask(server, "/")
    assert status == 200 and "There is no finished run yet" in body
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
def test_a_foreign_host_is_refused(server: Server, host: str) -> None:
    assert ask(server, "/", host=host or " ")[0] == 421


def test_localhost_with_its_port_is_no_foreign_host(server: Server) -> None:
    assert ask(server, "/", host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent_to_it(server: Server, method: str) -> None:
    assert ask(server, "/", method)[0] == 501


def test_head_has_the_head_of_get(server: Server) -> None:
    status, headers, body = ask(server, "/", "HEAD")
    assert (status, body) == (200, "") and int(headers["Content-Length"]) > 100


@pytest.mark.parametrize("target", ["/../secret", "/%2e%2e/secret", "//secret", "/run/../../secret"])
def test_no_path_leads_to_a_file(server: Server, target: str) -> None:
    status, _, body = ask(server, target)
    assert status == 404 and "secret" not in body


def test_garbage_ends_the_connection_and_not_the_server(server: Server) -> None:
    with socket.create_connection((ADDRESS, server.server_port), timeout=10) as raw:
        raw.sendall(b"\x16\x03\x01\x00\xff\n\n")
        raw.recv(1000)
    assert ask(server, "/")[0] == 200


def test_a_taken_port_is_an_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(tmp_path, server.server_port)
