"""Files of a case: told by their content, kept by their digest, outside the database."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from engine.complaints.cases import happened
from engine.complaints.contents import content_type_of
from engine.complaints.events import Event
from engine.complaints.views import AttachmentView, Upload
from engine.errors import Finding, NotFound, Refused, TooLarge
from engine.records import About, Action, audit
from engine.store.attachment import Attachment
from engine.store.complaint import Complaint
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor

LARGEST = 10_000_000
"""Bytes of one file."""
LARGEST_CASE = 100_000_000
"""Bytes of all files of one case."""
LONGEST_NAME = 150


@dataclass(frozen=True, kw_only=True)
class AttachmentContent:
    """A file to be handed out: what it is called, what it is, and where its bytes lie."""

    name: str
    content_type: str
    path: Path


class AttachmentStore:
    """Writes files into a folder under the SHA-256 of their content, so that equal files are kept once.

    A file is written whole before the command commits; if the command fails, it stays as a file that nothing names.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, uow: UnitOfWork, case: Complaint, actor: Actor, upload: Upload) -> AttachmentView:
        """Keep a file. Raises TooLarge, UnsupportedContent, Refused for an empty one."""
        content_type = self._accept(uow, case, upload)
        row = Attachment(
            key=uow.new_key(),
            complaint_key=case.key,
            name=_file_name(upload.name),
            content_type=content_type,
            size=len(upload.content),
            digest=self._write(upload.content),
            at=uow.now(),
            actor=actor.username,
        )
        uow.session.add(row)
        happened(uow, case, Event.ATTACHMENT_ADDED, actor, {"contentType": content_type, "size": row.size})
        about = About(subject=str(row.key), instance_key=case.instance_key, business_id=case.reference)
        audit(uow, actor, Action.ATTACHMENT_ADDED, about, {"digest": row.digest})
        return attachment_view(row)

    def of(self, uow: UnitOfWork, case: Complaint) -> list[Attachment]:
        """The files of a case, oldest first."""
        rows = select(Attachment).where(Attachment.complaint_key == case.key).order_by(Attachment.key)
        return list(uow.session.scalars(rows))

    def get(self, uow: UnitOfWork, case: Complaint, key: int) -> Attachment:
        """One file of this case; raises NotFound for another case's."""
        row = uow.session.get(Attachment, key)
        if row is None or row.complaint_key != case.key:
            raise NotFound(f"The case has no file {key}.")
        return row

    def content(self, row: Attachment) -> AttachmentContent:
        """Where the bytes lie. Raises NotFound where the file is gone from the folder."""
        path = self._path(row.digest)
        if not path.is_file():
            raise NotFound(f"The content of {row.name!r} is not there.")
        return AttachmentContent(name=row.name, content_type=row.content_type, path=path.resolve())

    def _accept(self, uow: UnitOfWork, case: Complaint, upload: Upload) -> str:
        if not upload.content:
            finding = Finding(rule="required", message="The file is empty.", element_id="attachments")
            raise Refused("The file cannot be taken.", findings=[finding])
        if len(upload.content) > LARGEST:
            raise TooLarge(f"A file may have {LARGEST // 1_000_000} MB at most.", field="attachments")
        used = uow.session.scalar(select(func.sum(Attachment.size)).where(Attachment.complaint_key == case.key)) or 0
        if used + len(upload.content) > LARGEST_CASE:
            raise TooLarge(f"The files of a case may have {LARGEST_CASE // 1_000_000} MB in all.", field="attachments")
        return content_type_of(upload.content)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _write(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{digest}.{secrets.token_hex(4)}")
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        return digest


def attachment_view(row: Attachment, *, public: bool = False) -> AttachmentView:
    """What callers see of a file; who added it is not told to the holder of a code."""
    return AttachmentView(
        attachment_key=row.key,
        name=row.name,
        content_type=row.content_type,
        size=row.size,
        at=row.at,
        actor=None if public else row.actor,
    )


def _file_name(name: str) -> str:
    """The last part of what the sender calls it, printable, never empty, of bounded length, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    stem, dot, ending = (clean or "file").rpartition(".")
    return f"{(stem or ending)[:LONGEST_NAME]}{dot if stem else ''}{ending[:10] if stem else ''}"
