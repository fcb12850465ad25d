"""Mail over a real SMTP server, and into a folder."""

from __future__ import annotations

import mailbox
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from engine.communication import Mail, MailFailed, MailRefused, mailer_for
from engine.errors import ConfigurationInvalid

MAIL = Mail(
    message_id="<17.C-2026-000001@complaints.example>",
    sender="complaints@complaints.example",
    recipient="ann@home.example",
    subject="Uw klacht: één antwoord",
    body="Beste Ann,\n\nWij schrijven u.\n",
    language="nl",
    at=datetime(2026, 3, 2, 9, tzinfo=UTC),
)


class Inbox:
    """Takes mail; refuses the recipients that a test names, with the answer it gives."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802 - aiosmtpd's name; server, session, envelope, address
        envelope, address = given[2], given[3]
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, *given: Any) -> str:  # noqa: N802 - aiosmtpd's name; server, session, envelope
        message = BytesParser(policy=default).parsebytes(given[2].content)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_mail_arrives_with_its_identity_language_and_text(inbox: tuple[Inbox, str], tmp_path: Path) -> None:
    server, url = inbox
    assert "127.0.0.1" in mailer_for(url, tmp_path)(MAIL)
    (message,) = server.taken
    assert message["Message-ID"] == MAIL.message_id
    assert message["Subject"] == MAIL.subject
    assert message["Content-Language"] == "nl"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == MAIL.body


def test_a_refused_address_is_told_apart_from_a_busy_server(inbox: tuple[Inbox, str], tmp_path: Path) -> None:
    server, url = inbox
    server.refuse["ann@home.example"] = "550 no such user"
    with pytest.raises(MailRefused, match="550 no such user"):
        mailer_for(url, tmp_path)(MAIL)
    server.refuse["ann@home.example"] = "451 come back later"
    with pytest.raises(MailFailed, match="451") as failed:
        mailer_for(url, tmp_path)(MAIL)
    assert not isinstance(failed.value, MailRefused)


def test_a_server_that_is_not_there_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    with pytest.raises(MailFailed):
        mailer_for("smtp://127.0.0.1:1", tmp_path)(MAIL)


def test_no_password_over_an_open_line(inbox: tuple[Inbox, str], tmp_path: Path) -> None:
    _, url = inbox
    with pytest.raises(MailRefused, match="encryption"):
        mailer_for(url.replace("smtp://", "smtp://me:secret@"), tmp_path)(MAIL)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid):
        mailer_for(url, tmp_path)


def test_the_folder_is_a_maildir_and_holds_each_mail_once(tmp_path: Path) -> None:
    put = mailer_for(None, tmp_path / "mailbox")
    put(MAIL)
    put(MAIL)
    (message,) = mailbox.Maildir(tmp_path / "mailbox")
    assert message["To"] == "ann@home.example"


def test_a_line_break_in_a_header_is_refused(inbox: tuple[Inbox, str], tmp_path: Path) -> None:
    server, url = inbox
    with pytest.raises(MailRefused):
        mailer_for(url, tmp_path)(Mail(**{**MAIL.__dict__, "subject": "x\nBcc: all@home.example"}))
    assert server.taken == []
