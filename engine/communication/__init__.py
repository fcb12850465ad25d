"""Letters in plain words, and the mail that carries them."""

from __future__ import annotations

from engine.communication.letters import (
    CODE_MARK,
    LETTERS,
    NOTICES,
    Letter,
    Letters,
    load_letters,
    locale_of,
    long_date,
    with_code,
    without_code,
)
from engine.communication.mail import Mail, Mailer, MailFailed, MailRefused, mailer_for
from engine.communication.notices import NOTICE, NoticeSender, notice
from engine.communication.sending import SEND_MAIL, MailSender

__all__ = [
    "CODE_MARK",
    "LETTERS",
    "NOTICE",
    "NOTICES",
    "SEND_MAIL",
    "Letter",
    "Letters",
    "Mail",
    "MailFailed",
    "MailRefused",
    "MailSender",
    "Mailer",
    "NoticeSender",
    "load_letters",
    "locale_of",
    "long_date",
    "mailer_for",
    "notice",
    "with_code",
    "without_code",
]
