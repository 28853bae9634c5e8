# SPDX-License-Identifier: GPL-2.0-only
"""The HTTP server of `lab report --serve`: 127.0.0.1 alone, GET and HEAD alone, for the Host it listens at alone."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.report.site import Answer, Site

ADDRESS = "127.0.0.1"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",  # the pages' own policies say the rest
}


class Server(ThreadingHTTPServer):
    """Serves one Site. Raises OSError where the port is taken; 0 takes a free one."""

    daemon_threads = True

    def __init__(self, runs: Path, port: int) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.site = Site(runs)

    @property
    def url(self) -> str:
        """Where it is to be looked at."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host headers that are answered: a page elsewhere whose name leads here (DNS rebinding) has another."""
        return (f"{ADDRESS}:{self.server_port}", f"localhost:{self.server_port}")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version, sys_version = "lab", ""
    timeout = 30  # seconds of silence

    def do_GET(self) -> None:
        """Sends the page."""
        self._send(self._answer(), with_body=True)

    def do_HEAD(self) -> None:
        """Sends its head."""
        self._send(self._answer(), with_body=False)

    def _answer(self) -> Answer:
        if self.headers.get("Host") not in self.server.hosts:
            return Answer(421, "This server answers at 127.0.0.1 only.")
        return self.server.site.answer(self.path)

    def _send(self, answer: Answer, with_body: bool) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:
        """Says nothing: requests hold whatever a client likes, and a terminal is no place for it."""
