"""Files that come with a form, and files that are handed out."""

from __future__ import annotations

from flask import Response, current_app, request

from engine.complaints.views import Upload


def uploads(name: str) -> tuple[Upload, ...]:
    """The files of the field `name`; a file field that was left empty sends a file without a name."""
    return tuple(
        Upload(name=file.filename, content=file.read()) for file in request.files.getlist(name) if file.filename
    )


def download(name: str, content_type: str, content: bytes) -> Response:
    """A file that somebody handed in, always as a download: nothing in it may run as a page of ours."""
    answer = current_app.response_class(content, mimetype=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
