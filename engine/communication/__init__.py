"""Letters in plain words, and the mail that carries them."""

from __future__ import annotations

from engine.communication.letters import CODE_MARK, LETTERS, Letter, Letters, load_letters, with_code, without_code
from engine.communication.mail import Mail, Mailer, MailFailed, MailRefused, mailer_for
from engine.communication.sending import SEND_MAIL, MailSender

__all__ = [
    "CODE_MARK",
    "LETTERS",
    "SEND_MAIL",
    "Letter",
    "Letters",
    "Mail",
    "MailFailed",
    "MailRefused",
    "MailSender",
    "Mailer",
    "load_letters",
    "mailer_for",
    "with_code",
    "without_code",
]
