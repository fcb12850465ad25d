"""Notices to people who work here: a few facts, a link, and nothing about the people in a case.

A notice is carried by the job `send-mail`, as letters are. The job holds the key of the person, not the address: who
has left, or has another address since, is treated as they stand when the mail leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from engine.communication.letters import Letter, Letters, long_date
from engine.communication.mail import Mail, Mailer
from engine.store.person import Person
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Json

NOTICE = "notice"
"""Member of a job's variables that says which notice it carries: an id of `engine.communication.letters.NOTICES`."""


def notice(uow: UnitOfWork, name: str, person_key: int, facts: Mapping[str, Json]) -> dict[str, Json]:
    """The variables of the job that carries a notice. `facts` are codes, numbers, links and dates (as ISO texts)."""
    return {NOTICE: name, "noticeKey": str(uow.new_key()), "personKey": str(person_key), "facts": dict(facts)}


class NoticeSender:
    """Sends one notice for each job; the same Message-ID at every try."""

    def __init__(self, units: UnitsOfWork, mailer: Mailer, sender: str, letters: Letters) -> None:
        self._units, self._mailer, self._sender, self._letters = units, mailer, sender, letters

    def __call__(self, variables: Mapping[str, Json]) -> None:
        """Send the notice, unless the person has no account or no address any more. Raises MailFailed."""
        with self._units() as uow:
            person = uow.session.get(Person, int(str(variables["personKey"])))
            now = uow.now()
            address = person.email if person is not None and person.active else None
            language = (person.locale if person is not None else None) or "en"
        if address:
            self._mailer(self._mail(variables, address, self._write(variables, language), now))

    def _write(self, variables: Mapping[str, Json], language: str) -> Letter:
        facts = variables["facts"]
        assert isinstance(facts, Mapping)  # noqa: S101 - written by `notice`
        found = self._letters.language(language)
        due = facts.get("due")
        said = None if due is None else long_date(date.fromisoformat(str(due)), found)
        return self._letters.write(str(variables[NOTICE]), language, {**facts, "due": said})

    def _mail(self, variables: Mapping[str, Json], address: str, letter: Letter, now: datetime) -> Mail:
        domain = self._sender.rpartition("@")[2].strip(" >") or "localhost"
        return Mail(
            message_id=f"<{variables['noticeKey']}.notice@{domain}>",
            sender=self._sender,
            recipient=address,
            subject=letter.subject,
            body=letter.body,
            language=letter.language,
            at=now,
        )
