"""Complaints: receive, read, correct, follow, write, attach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, request

from engine.complaints import ComplaintChanges, Postponement, Receipt, Standstill, Upload
from engine.errors import Malformed
from engine.permissions import Permission
from engine.types import SearchRequest
from webapi import json_provider
from webapi.access import actor, needs
from webapi.api import complaint_schemas as shapes
from webapi.api import deadline_schemas as clocks
from webapi.api.contract import (
    answers,
    conditional,
    declare,
    expected_revision,
    idempotency_key,
    load,
    read_json,
    repeatable,
    takes,
)
from webapi.api.schemas import list_of, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("complaints", __name__)
_FILING = shapes.Filing()
_UPLOAD = shapes.UploadBody()


def _receipt() -> Receipt:
    if request.mimetype != "multipart/form-data":
        return load(_FILING, read_json())  # type: ignore[no-any-return]  # its post_load makes one
    given = request.form.get("complaint")
    if given is None:
        raise Malformed("complaint: a part with the complaint's JSON is needed.")
    receipt: Receipt = load(_FILING, json_provider.read(given.encode()))
    return replace(receipt, attachments=(*receipt.attachments, *_uploads()))


def _uploads() -> list[Upload]:
    files = [file for file in request.files.getlist("attachments") if file.filename]
    return [Upload(name=str(file.filename), content=file.read()) for file in files]


@blueprint.post("/complaints")
@needs(Permission.COMPLAINT_CREATE)
@repeatable
@answers(shapes.FilingView, 201)
def receive() -> Any:
    """Receive a complaint: it is registered, acknowledged and on its way when the answer comes."""
    return engine().complaints.receive(actor(), _receipt(), idempotency=idempotency_key())


declare(receive, body=shapes.Filing, multipart=shapes.FilingParts)


@blueprint.get("/complaints/<reference>")
@needs(Permission.COMPLAINT_READ)
@answers(shapes.ComplaintView)
def get(reference: str) -> Any:
    """One complaint with its people, clocks, notes and corrections."""
    return engine().complaints.get(actor(), reference)


@blueprint.patch("/complaints/<reference>")
@needs(Permission.COMPLAINT_UPDATE)
@conditional
@takes(shapes.Corrections)
@answers(shapes.ComplaintView)
def correct(reference: str, body: dict[str, object]) -> Any:
    """Correct what was received; the history keeps the old values (ISO 10002, 4.9)."""
    changes = ComplaintChanges(fields=body, if_match=expected_revision())
    return engine().complaints.update(actor(), reference, changes)


@blueprint.post("/complaints/search")
@needs(Permission.COMPLAINT_READ)
@takes(search_body("Complaint", shapes.ComplaintFilter, shapes.SORT), optional=True)
@answers(page_of("Complaint", shapes.ComplaintRow))
def search(body: SearchRequest) -> Any:
    """Search the complaints that the caller may see."""
    return engine().complaints.search(actor(), body)


@blueprint.get("/complaints/<reference>/timeline")
@needs(Permission.COMPLAINT_READ)
@answers(list_of("Timeline", shapes.TimelineView))
def timeline(reference: str) -> Any:
    """What happened in a case, oldest first."""
    return engine().complaints.timeline(actor(), reference)


@blueprint.get("/complaints/<reference>/messages")
@needs(Permission.COMPLAINT_READ)
@answers(list_of("Message", shapes.MessageView))
def messages(reference: str) -> Any:
    """Letters and messages between the organisation and the complainant, oldest first."""
    return engine().complaints.messages(actor(), reference)


@blueprint.post("/complaints/<reference>/messages")
@needs(Permission.COMPLAINT_UPDATE)
@repeatable
@takes(shapes.Writing)
@answers(shapes.MessageView, 201)
def write(reference: str, body: dict[str, Any]) -> Any:
    """Write to the complainant: shown on the status page, and mailed where there is an address."""
    return engine().complaints.write(actor(), reference, body["text"], idempotency=idempotency_key())


@blueprint.post("/complaints/<reference>/extension")
@needs(Permission.COMPLAINT_UPDATE)
@takes(clocks.Extending)
@answers(shapes.ComplaintView)
def extend(reference: str, body: dict[str, Any]) -> Any:
    """Put off the answer, with reasons: the complainant is told, and timers of the process follow."""
    return engine().complaints.extend(actor(), reference, Postponement(**body))


@blueprint.post("/complaints/<reference>/clock-suspension")
@needs(Permission.COMPLAINT_UPDATE)
@takes(clocks.Pausing)
@answers(shapes.ComplaintView)
def pause(reference: str, body: dict[str, Any]) -> Any:
    """Let the clocks of ours stand still; those of the law run on, and timers of the process follow."""
    return engine().complaints.pause(actor(), reference, Standstill(**body))


@blueprint.post("/complaints/<reference>/clock-resumption")
@needs(Permission.COMPLAINT_UPDATE)
@takes(clocks.Resuming, optional=True)
@answers(shapes.ComplaintView)
def resume(reference: str, body: dict[str, Any]) -> Any:  # noqa: ARG001 - it is empty
    """Let the clocks go on that `clock-suspension` stopped."""
    return engine().complaints.resume(actor(), reference)


@blueprint.post("/complaints/<reference>/file-completion")
@needs(Permission.COMPLAINT_UPDATE)
@takes(clocks.CompletingFile, optional=True)
@answers(shapes.ComplaintView)
def complete_file(reference: str, body: dict[str, Any]) -> Any:
    """Everything needed has come: clocks that count from the complete file start."""
    return engine().complaints.complete_file(actor(), reference, body["complete_on"])


@blueprint.get("/complaints/<reference>/attachments")
@needs(Permission.COMPLAINT_READ)
@answers(list_of("Attachment", shapes.AttachmentView))
def attachments(reference: str) -> Any:
    """The files of a case."""
    return engine().complaints.attachments(actor(), reference)


@blueprint.post("/complaints/<reference>/attachments")
@needs(Permission.COMPLAINT_UPDATE)
@repeatable
@answers(shapes.AttachmentView, 201)
def attach(reference: str) -> Any:
    """Add a file: as JSON in base64, or as the multipart part `attachments`."""
    return engine().complaints.attach(actor(), reference, _one_upload(), idempotency=idempotency_key())


declare(attach, body=shapes.UploadBody, multipart=shapes.FilingParts)


def _one_upload() -> Upload:
    if request.mimetype != "multipart/form-data":
        return load(_UPLOAD, read_json())  # type: ignore[no-any-return]  # its post_load makes one
    files = _uploads()
    if len(files) != 1:
        raise Malformed("attachments: one file a request.")
    return files[0]


@blueprint.get("/complaints/<reference>/attachments/<key:key>")
@needs(Permission.COMPLAINT_READ)
def content(reference: str, key: int) -> Response:
    """The bytes of a file; always as a download, so that nothing in it runs in a browser."""
    view, stored = engine().complaints.content(actor(), reference, key)
    answer = current_app.response_class(stored, mimetype=view.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=view.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


declare(content, media_type="application/octet-stream")
