"""Sends mail over SMTP, or puts it into a mailbox folder where no server is set."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from engine.errors import AmendsError, ConfigurationInvalid

TIMEOUT = 30
"""Seconds that a mail server may stay silent."""


class MailFailed(AmendsError):
    """The mail could not be sent; trying again may help."""

    code = "mail-failed"


class MailRefused(MailFailed):
    """The mail server will not take this mail, however often it is tried."""

    code = "mail-refused"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail. `message_id` (with its angle brackets) is the same at every try: who receives it twice can tell."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    language: str
    at: datetime

    def message(self) -> EmailMessage:
        """As RFC 5322 wants it. Marked as automatic, so that out-of-office replies stay away (RFC 3834)."""
        message = EmailMessage()
        message["Message-ID"] = self.message_id
        message["Date"] = format_datetime(self.at)
        message["From"] = self.sender
        message["To"] = self.recipient
        message["Subject"] = self.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.body)
        message["Content-Language"] = self.language
        return message


class Mailer(Protocol):
    """Sends a mail and says how it went, in words for the record. Raises MailFailed or MailRefused."""

    def __call__(self, mail: Mail, /) -> str: ...


def mailer_for(smtp_url: str | None, mailbox: Path) -> Mailer:
    """SMTP where an address is set, else the mailbox folder. Raises ConfigurationInvalid for a bad address."""
    return SmtpMailer(smtp_url) if smtp_url else MailboxFolder(mailbox)


class SmtpMailer:
    """Sends over one connection per mail. `smtps://` speaks TLS at once, `smtp://` where the server offers it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ConfigurationInvalid("AMENDS_SMTP_URL: smtp://host:port or smtps://user:password@host is needed.")
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")

    def __call__(self, mail: Mail, /) -> str:
        """Hand `mail` to the server; the server's last word is the result."""
        try:
            with self._connection() as server:
                server.send_message(mail.message())
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _refusal(error) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            raise MailRefused(f"This mail cannot be sent: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(f"The mail server could not be used: {error}") from error
        return f"accepted by {self._host}"

    def _connection(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            self._greet(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo()
        if not self._tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif not self._tls and self._user:
            # A password over an open line is worse than a letter that is late.
            raise MailRefused("The mail server offers no encryption, so no password is sent to it.")
        if self._user:
            server.login(self._user, self._password)


class MailboxFolder:
    """A Maildir: one file a mail, named by its Message-ID, so that sending it again changes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, mail: Mail, /) -> str:
        """Put `mail` into the folder `new`, whole or not at all."""
        name = f"{hashlib.sha256(mail.message_id.encode()).hexdigest()[:40]}.amends"
        try:
            for part in ("tmp", "new", "cur"):
                (self._folder / part).mkdir(parents=True, exist_ok=True)
            if not any((self._folder / part / name).exists() for part in ("new", "cur")):
                partial = self._folder / "tmp" / f"{name}.{os.getpid()}"
                partial.write_bytes(bytes(mail.message()))
                partial.replace(self._folder / "new" / name)
        except OSError as error:
            raise MailFailed(f"The mailbox folder cannot be written: {error}") from error
        return "put into the mailbox folder"


def _refusal(error: smtplib.SMTPException) -> MailFailed:
    replies = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else [error.args[:2]]
    code, text = next(iter(replies))
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    kind: Callable[[str], MailFailed] = MailRefused if int(code) >= 500 else MailFailed
    return kind(f"The mail server answered {code} {words}")
