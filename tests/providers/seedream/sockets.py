"""A server of raw bytes, plain or over TLS: for what the emulator is too well behaved to send."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

TLS = Path(__file__).parent / "tls"


def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    return context


@contextmanager
def served(answer, *, requests=1, tls=None):
    """Serve raw bytes over a real socket: what no well-behaved server would send."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        for _ in range(requests):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(ssl.SSLError):
                spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
                with spoken:
                    heard.append(_heard(spoken))
                    answer(spoken)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}/api/v3", heard
    listener.close()
    thread.join(5)


def _heard(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(raw):
    return lambda connection: connection.sendall(raw)


def http(body, status="200 OK", headers=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
