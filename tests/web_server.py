"""A web server on this machine, for tests."""

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return send


class PatientServer(ThreadingHTTPServer):
    """Does not mind a client that goes away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """A web server on this machine that answers by path and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.posted: list[bytes] = []  # the bodies
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(
                    (self.path, {name.lower(): value for name, value in self.headers.items()})
                )
                server.answers.get(self.path, answer(status=404))(self)

            def do_POST(self) -> None:
                server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.rfile = BytesIO(server.posted[-1])  # for an answer that depends on it
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = PatientServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
