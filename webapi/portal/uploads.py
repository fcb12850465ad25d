"""Files that come with a form."""

from __future__ import annotations

from flask import request

from engine.complaints.views import Upload


def uploads(name: str) -> tuple[Upload, ...]:
    """The files of the field `name`; a file field that was left empty sends a file without a name."""
    return tuple(
        Upload(name=file.filename, content=file.read()) for file in request.files.getlist(name) if file.filename
    )
