"""A mail server (RFC 5321, without TLS and sign-in) that keeps what it takes and can hang on request."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1; `messages` holds the text of each mail taken."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[str] = []
        self.asked = threading.Event()
        """Set once somebody has sent a whole mail, taken or not."""
        self.hang = threading.Event()
        """While set, a mail sent is neither taken nor refused."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mail.example ready")
        while line := self.rfile.readline():
            command = line.decode().split(maxsplit=1)[0].upper() if line.strip() else ""
            if command == "DATA":
                self.say("354 go on")
                self.take()
            elif command == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 mail.example")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.decode())
        hangs = self.server.hang.is_set()
        self.server.asked.set()
        if hangs:
            self.rfile.read()  # until the other side is gone
            return
        self.server.messages.append("".join(lines))
        self.say("250 taken")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server within the block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
