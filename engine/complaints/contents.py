"""What a file is, by its first bytes: the sender's word for it counts for nothing."""

from __future__ import annotations

import io
import zipfile

from engine.errors import UnsupportedContent

PREFIXES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
)
PACKAGES = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
}
MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml")


def content_type_of(content: bytes) -> str:
    """The media type. Raises UnsupportedContent for what evidence does not come as: programs, archives, web pages."""
    for find in (_by_prefix, _riff, _base_media, _package, _text):
        found = find(content)
        if found is not None:
            return found
    raise UnsupportedContent(
        "Files of this kind are not accepted. Send a PDF, a picture, an office document, a sound, a film or plain text."
    )


def _by_prefix(content: bytes) -> str | None:
    return next((kind for prefix, kind in PREFIXES if content.startswith(prefix)), None)


def _riff(content: bytes) -> str | None:
    if content[:4] != b"RIFF":
        return None
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12])


def _base_media(content: bytes) -> str | None:
    return BRANDS.get(content[8:12], "video/mp4") if content[4:8] == b"ftyp" else None


def _package(content: bytes) -> str | None:
    """Office documents are ZIP archives; any other archive is refused, since nobody can see what is in it."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(name.endswith("vbaProject.bin") for name in names):
                raise UnsupportedContent("Office documents with macros are not accepted.")
            if names and names[0] == "mimetype":
                kind = archive.open("mimetype").read(200)
                return kind.decode("ascii") if kind.startswith(OPEN_DOCUMENT) else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeDecodeError):
        return None
    return next((kind for folder, kind in PACKAGES if any(name.startswith(folder) for name in names)), None)


def _text(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(ord(character) < 32 and character not in "\t\n\r\f" for character in text):
        return None
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    return None if start.startswith(MARKUP) else "text/plain"
