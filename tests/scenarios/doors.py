"""What may stand where a service should be: nothing, or a server that speaks no HTTP."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Self


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def door(kind: str, port: int) -> Iterator[None]:
    """Stand at a port as this kind of door."""
    if kind in {"closed", "nowhere"}:
        yield
        return
    with _listening(port, _MANNERS[kind]):
        yield


def _cut_handshake(connection: socket.socket) -> None:
    connection.recv(64)


def _no_tls(connection: socket.socket) -> None:
    connection.recv(64)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _close(connection: socket.socket) -> None:
    del connection


_MANNERS: dict[str, Callable[[socket.socket], None]] = {
    "cut handshake": _cut_handshake,
    "no tls": _no_tls,
    "reset at once": _reset,
    "closed at once": _close,
}


@contextlib.contextmanager
def _listening(port: int, answer: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", port))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Closing alone does not wake who waits for a connection.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


class Stranger:
    """A server that nothing secret may reach. It answers everything with a page."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._stack = contextlib.ExitStack()
        self.url = ""

    def __enter__(self) -> Self:
        port = self._stack.enter_context(_listening(0, self._answer))
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        self.heard.append(connection.recv(65_536))
        page = b"<!DOCTYPE html><p>hello</p>"
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        )
        connection.sendall(head % len(page) + page)
