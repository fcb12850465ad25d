"""Files are told by what is in them."""

from __future__ import annotations

import io
import zipfile

import pytest

from engine.complaints.attachments import _file_name as file_name
from engine.complaints.contents import content_type_of
from engine.errors import UnsupportedContent


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        ("Plain words, é and all.\n".encode(), "text/plain"),
        (archive("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_evidence_is_recognised(content: bytes, kind: str) -> None:
    assert content_type_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"<html><script>alert(1)</script>",
        b"\xef\xbb\xbf <svg onload=x>",
        b"<?xml version='1.0'?><svg/>",
        archive("setup.exe"),
        archive("word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04 broken",
        b"text with a \x00 byte",
        b"\x80\x81\x82",
    ],
)
def test_programs_archives_and_web_pages_are_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedContent):
        content_type_of(content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\bill.pdf", "bill.pdf"),
        ("", "file"),
        ("...", "file"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(given: str, kept: str) -> None:
    assert file_name(given) == kept
