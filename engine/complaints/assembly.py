"""Puts the register together: what bootstrap needs of it, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.communication import NOTICE, MailSender, NoticeSender, load_letters, mailer_for
from engine.complaints.attachments import AttachmentStore
from engine.complaints.context import CaseContext
from engine.complaints.correcting import Correcting
from engine.complaints.escalating import Escalation, load_levels
from engine.complaints.extending import Extending
from engine.complaints.following import Following
from engine.complaints.letters import LetterDesk, LetterSettings
from engine.complaints.notes import CaseNotes
from engine.complaints.operations import Operations
from engine.complaints.receiving import Receiving
from engine.complaints.recomputing import Recomputing
from engine.complaints.regimes import Regimes, load_regimes
from engine.complaints.service import Complaints, Desks
from engine.complaints.tracking import TrackingCodes
from engine.processes.instances import InstanceService
from engine.settings import Settings, library
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.tasks.forms import Catalogues, Forms, load_catalogues
from engine.types import Json


@dataclass(frozen=True, kw_only=True)
class Register:
    """The register before it is wired to the process side: what hooks, tasks and worker are given.

    `operations.by_type()`, `context` and `operations.follow_status` are hooks of `engine.processes`; `notes` is the
    register of `engine.tasks`; `send_mail` handles jobs of the type `send-mail`.
    """

    regimes: Regimes
    catalogues: Catalogues
    codes: TrackingCodes
    desk: LetterDesk
    operations: Operations
    extending: Extending
    notes: CaseNotes
    send_letter: MailSender
    send_notice: NoticeSender
    files: AttachmentStore

    def send_mail(self, variables: Mapping[str, Json]) -> None:
        """The job `send-mail`: a letter to a complainant, or a notice to somebody who works here."""
        (self.send_notice if NOTICE in variables else self.send_letter)(variables)

    def context(self, uow: UnitOfWork, business_id: str | None) -> object:
        """What expressions read as `complaint`."""
        return CaseContext(uow, business_id, self.regimes)

    def complaints(self, units: UnitsOfWork, instances: InstanceService, forms: Forms) -> Complaints:
        """The service, over the process side and the forms."""
        desks = Desks(
            receiving=Receiving(instances, self.regimes, self.catalogues, self.codes, self.files),
            following=Following(instances.advance, self.files, forms, self.regimes),
            correcting=Correcting(self.catalogues),
            letters=self.desk,
            extending=self.extending,
            regimes=self.regimes,
            recomputing=Recomputing(units, instances.advance, self.regimes),
            files=self.files,
        )
        return Complaints(units, desks)


def make_register(
    settings: Settings,
    units: UnitsOfWork,
    *,
    secret: bytes | None = None,
    escalation: type[Escalation] = Escalation,
) -> Register:
    """Read the configuration and make the register. Raises ConfigurationInvalid, naming the file.

    `secret` and `escalation` take the places of the installation's own, where cases are tried out in memory.
    """
    regimes = load_regimes(settings.config_files("regimes"), settings.config_files("calendars"))
    catalogues = load_catalogues(settings.config_files("taxonomies"))
    folders = [library("config") / "letters", *([settings.config / "letters"] if settings.config else [])]
    codes = TrackingCodes(settings.secret() if secret is None else secret)
    about = LetterSettings(public_url=settings.public_url, mail_from=settings.mail_from)
    letters = load_letters(folders)
    desk = LetterDesk(letters, catalogues, regimes, about)
    levels = load_levels(settings.config_file("escalation.toml"))
    extending = Extending(regimes, desk)
    mailer = mailer_for(settings.smtp_url, settings.mailbox)
    return Register(
        regimes=regimes,
        catalogues=catalogues,
        codes=codes,
        desk=desk,
        operations=Operations(desk, regimes, escalation(levels, regimes, settings.public_url), extending),
        extending=extending,
        notes=CaseNotes(),
        send_letter=MailSender(units, mailer, settings.mail_from, codes.of),
        send_notice=NoticeSender(units, mailer, settings.mail_from, letters),
        files=AttachmentStore(settings.attachments),
    )
