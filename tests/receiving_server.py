"""A mail server and a push service on this machine that sometimes save a message and do not answer.

Run as `python -m tests.receiving_server FOLDER SILENT_OF_100 SEED`: it prints the ports of both, then keeps each message it
saved as a line in `FOLDER/mails` (`Message-ID`) and `FOLDER/pushes` (path and `Topic`), until it is killed.
"""

from __future__ import annotations

import os
import random
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar


class Kept:
    """Where messages are saved, and how often nobody hears of it."""

    folder: ClassVar[Path]
    silent_of_100: ClassVar[int]
    chance: ClassVar[random.Random]

    @classmethod
    def save(cls, name: str, line: str) -> bool:
        """Save a line; returns whether to answer."""
        descriptor = os.open(cls.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, line.encode() + b"\n")
        os.close(descriptor)
        return cls.chance.randrange(100) >= cls.silent_of_100


class MailHandler(socketserver.StreamRequestHandler):
    """Just enough of SMTP (RFC 5321)."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"QUIT"):
                return self.say("221 bye")
            if line.startswith(b"DATA"):
                self.say("354 go on")
                if not Kept.save("mails", self.message_id()):
                    return None
            self.say("250 ok")
        return None

    def message_id(self) -> str:
        found = ""
        while (line := self.rfile.readline()).strip() != b".":
            if not line:
                sys.exit("the mail has no end")
            if line.lower().startswith(b"message-id:"):
                found = line.decode().partition(":")[2].strip()
        return found

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class PushHandler(BaseHTTPRequestHandler):
    """Just enough of a push service (RFC 8030)."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if Kept.save("pushes", f"{self.path} {self.headers['Topic']}"):
            self.send_response(201)
            self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quietly."""


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


def main(folder: str, silent_of_100: str, seed: str) -> None:
    Kept.folder, Kept.silent_of_100, Kept.chance = Path(folder), int(silent_of_100), random.Random(int(seed))
    servers = MailServer(("127.0.0.1", 0), MailHandler), ThreadingHTTPServer(("127.0.0.1", 0), PushHandler)
    for server in servers:
        threading.Thread(target=server.serve_forever).start()
    print(*(server.server_address[1] for server in servers), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
