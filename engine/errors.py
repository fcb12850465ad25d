"""Every refusal of the engine: a tree by kind, each leaf with a stable code.

A code is what clients and translations hold on to; the message is one English sentence for logs and for
readers without a translation. The web maps codes to HTTP in one table (`webapi/errors.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong in something a person handed in: where it is, which rule it breaks, the cure.

    `file` is the resource name, `element_id` the BPMN or DMN element (or the form field), `line` and `column`
    count from 1 and point into the file or into the expression.
    """

    rule: str
    message: str
    cure: str | None = None
    severity: Severity = "error"
    file: str | None = None
    element_id: str | None = None
    line: int | None = None
    column: int | None = None


class AmendsError(Exception):
    """Base of all errors that a caller is meant to handle."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, *, findings: Iterable[Finding] = (), **details: object) -> None:
        doc = (type(self).__doc__ or type(self).__name__).strip().splitlines()[0]
        self.message = message or doc
        self.findings = tuple(findings)
        self.details = details
        super().__init__(self.message)


class Malformed(AmendsError):
    """The request cannot be read."""

    code = "malformed"


class Unauthenticated(AmendsError):
    """Nobody is logged in, or the credentials are wrong."""

    code = "unauthenticated"


class Forbidden(AmendsError):
    """The person may not do this."""

    code = "forbidden"


class NotFound(AmendsError):
    """There is no such thing, or the person may not know of it."""

    code = "not-found"


class Conflict(AmendsError):
    """The thing is in a state in which this cannot be done."""

    code = "conflict"


class StaleVersion(Conflict):
    """Somebody else changed it in the meantime: read it again and repeat the change."""

    code = "stale-version"


class IdempotencyMismatch(Conflict):
    """This idempotency key was used before with another request."""

    code = "idempotency-mismatch"


class AlreadyCompleted(Conflict):
    """The task or job is already completed or cancelled."""

    code = "already-completed"


class AlreadyClaimed(Conflict):
    """Somebody else has claimed the task."""

    code = "already-claimed"


class TooLarge(AmendsError):
    """What was sent is larger than allowed."""

    code = "too-large"


class UnsupportedContent(AmendsError):
    """This kind of content is not accepted here."""

    code = "unsupported-content"


class Refused(AmendsError):
    """The content was understood and refused; the findings say why."""

    code = "refused"


class DeploymentRefused(Refused):
    """The deployment was refused; nothing of it was stored."""

    code = "deployment-refused"


class MigrationRefused(Refused):
    """The instance cannot go to this version; it stays as it is."""

    code = "migration-refused"


class FormInvalid(Refused):
    """Some answers in the form are missing or wrong."""

    code = "form-invalid"


class TooManyRequests(AmendsError):
    """Too many tries in a short time: wait a little."""

    code = "too-many-requests"


class Overloaded(AmendsError):
    """The service has too much to do: try again later."""

    code = "overloaded"


class Unavailable(AmendsError):
    """The database cannot be reached at the moment; nothing was changed: try again."""

    code = "unavailable"


class OutcomeUnknown(Unavailable):
    """The database was lost while the change was being stored: look whether it was, or repeat with the same key."""

    code = "outcome-unknown"


class TimedOut(AmendsError):
    """What was waited for has not happened in time; it may still happen."""

    code = "timed-out"


class ConfigurationInvalid(AmendsError):
    """A configuration file or setting is wrong."""

    code = "configuration-invalid"


class SchemaOutdated(AmendsError):
    """The tables of the database belong to another version: run `amends migrate-db`."""

    code = "schema-outdated"


class ReleaseTooOld(SchemaOutdated):
    """The tables of the database have moved on: install the release that the other processes run."""

    code = "release-too-old"


class ContractRefused(AmendsError):
    """What older processes still use cannot be taken away while they run."""

    code = "contract-refused"
