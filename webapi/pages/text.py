"""Text that people or process owners wrote, as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_LINK = re.compile(r"\[([^\]]{1,200})\]\((https?://[^\s)]{1,500}|/[^\s)]{0,500}|mailto:[^\s)]{1,200})\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![*\w])\*(?!\s)(.+?)(?<!\s)\*(?![*\w])|(?<![_\w])_(?!\s)(.+?)(?<!\s)_(?![_\w])")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(?:[-*+]|(\d{1,3})[.)])\s+(.*)")


def paragraphs(text: str | None) -> Markup:
    """Plain text as paragraphs: an empty line parts them, a single line break stays."""
    blocks = [block for block in re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip()) if block]
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(block.split("\n"))) for block in blocks)


def markdown(text: str | None, *, top: int = 2) -> Markup:
    """The part of Markdown that forms and instructions use: headings, lists, emphasis, code, links.

    Everything is escaped first, so that no HTML in `text` has any effect. `top` is the level of a `#` heading,
    because a page has one `<h1>` already.
    """
    blocks = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip())
    return Markup("").join(part for block in blocks if block.strip() for part in _block(block, top))


def _block(block: str, top: int) -> Iterator[Markup]:
    plain: list[str] = []
    items: list[tuple[bool, str]] = []
    for line in block.split("\n"):
        heading, item = _HEADING.fullmatch(line.strip()), _ITEM.fullmatch(line.strip())
        if heading:
            yield from _flush(plain, items)
            level = min(top + len(heading[1]) - 1, 6)
            yield Markup(f"<h{level}>{{}}</h{level}>").format(_inline(heading[2]))  # noqa: S704 - the level is a number
        elif item:
            yield from _flush(plain, [])
            items.append((item[1] is not None, item[2]))
        elif items:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}")
        else:
            plain.append(line.strip())
    yield from _flush(plain, items)


def _flush(plain: list[str], items: list[tuple[bool, str]]) -> Iterator[Markup]:
    if plain:
        yield Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in plain))
    if items:
        entries = Markup("").join(Markup("<li>{}</li>").format(_inline(text)) for _, text in items)
        yield Markup("<ol>{}</ol>").format(entries) if items[0][0] else Markup("<ul>{}</ul>").format(entries)
    plain.clear()
    items.clear()


def _inline(text: str) -> Markup:
    safe = str(escape(text))
    safe = _CODE.sub(r"<code>\1</code>", safe)
    safe = _LINK.sub(r'<a href="\2">\1</a>', safe)
    safe = _BOLD.sub(r"<strong>\1</strong>", safe)
    return Markup(_ITALIC.sub(lambda m: f"<em>{m[1] or m[2]}</em>", safe))  # noqa: S704 - escaped above, only our tags added
