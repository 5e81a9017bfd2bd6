"""A real SMTP server for tests/mail.rs. It keeps each letter as Python's own mail parser reads it.

    server.py serve FOLDER [--tls starttls|implicit --certificate PEM --key PEM] [--user NAME --password WORD]
    server.py parse FILE

`serve` prints "port N" once it listens on the loopback address, and ends when its standard input does.
Some recipients are answered otherwise, by the part before the "@": see ANSWERS.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# Recipient -> the reply to its RCPT command.
ANSWERS = {
    "busy": "451 4.3.0 Try again in a while",
    "full": "452 4.2.2 Mailbox full",
    "nobody": "550 5.1.1 No such user here",
    "forbidden": "553 5.7.1 Not for you",
}


def describe(content: bytes) -> dict:
    """What a mail program makes of a message."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    head = content.split(b"\r\n\r\n", 1)[0]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "type": message.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content()] for part in parts],
        "defects": [repr(defect) for part in message.walk() for defect in part.defects],
        "longest_header_line": max(len(line) for line in head.split(b"\r\n")),
        "head_is_ascii": head.isascii(),
        "bare_line_breaks": content.replace(b"\r\n", b"").count(b"\n") + content.replace(b"\r\n", b"").count(b"\r"),
    }


class Handler:
    """Keeps letters as numbered JSON files."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who in ANSWERS:
            return ANSWERS[who]
        if who == "silent":
            await asyncio.Event().wait()
        if who == "hangup":
            server.transport.abort()
            return "421 4.3.2 Bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("policy@"):
            return "554 5.7.1 Refused after reading"
        kept = describe(envelope.original_content)
        kept |= {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        kept |= {"protected": server.transport.get_extra_info("ssl_object") is not None, "login": getattr(session, "who", None)}
        self.count += 1
        (self.folder / f"{self.count:04}.json").write_text(json.dumps(kept))
        return "250 OK"


async def serve(options) -> None:
    handler = Handler(pathlib.Path(options.folder))
    settings = {"ident": "test"}
    if options.user:

        def check(server, session, envelope, mechanism, data):
            right = data.login == options.user.encode() and data.password == options.password.encode()
            session.who = options.user if right else None
            return AuthResult(success=right, handled=True) if right else AuthResult(
                success=False, handled=False, message=f"535 5.7.8 {data.password.decode()} is wrong"
            )

        settings |= {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
        if options.tls == "starttls":
            settings |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    implicit = context if options.tls == "implicit" else None
    server = await loop.create_server(lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=implicit)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    # What goes wrong here goes wrong on purpose; the Rust side says what it expected.
    warnings.simplefilter("ignore")
    logging.disable()
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("serve")
    verb.add_argument("folder")
    verb.add_argument("--tls", choices=["starttls", "implicit"])
    for name in ("--certificate", "--key", "--user", "--password"):
        verb.add_argument(name)
    verbs.add_parser("parse").add_argument("file")
    options = parser.parse_args()
    if options.verb == "parse":
        print(json.dumps(describe(pathlib.Path(options.file).read_bytes())))
    else:
        asyncio.run(serve(options))


main()
