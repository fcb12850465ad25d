"""Letters from templates: `config/letters/<language>/<letter>.txt`, the subject on the first line.

Templates are Jinja2 in a sandbox, plain text, and see only the facts that are handed in. A language that has no
template of its own falls back to the language without its region, then to English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import FunctionLoader, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import ConfigurationInvalid

LETTERS = (
    "acknowledgement",
    "referral",
    "question",
    "progress",
    "extension",
    "response",
    "review-outcome",
    "external-body",
    "withdrawal",
    "closing",
    "survey",
)
"""Every letter that an operation may ask for; each must exist in English."""

NOTICES = ("escalation",)
"""Letters to people who work here; each must exist in English."""

ENGLISH = "en"
BRITISH = Locale("en", "GB")
"""English without a region is written as most of its readers' countries do: day, month, year."""
CODE_MARK = "{tracking-code}"
"""Stands for the tracking code in a letter that is kept: the code itself is only in the mail that leaves."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter that was written: plain text, in the language that was found."""

    language: str
    subject: str
    body: str


class Letters:
    """All templates, read once. Shared by threads."""

    def __init__(self, sources: Mapping[str, Mapping[str, str]]) -> None:
        """`sources`: by language and file stem, the text of the template. Raises ConfigurationInvalid."""
        missing = [letter for letter in (*LETTERS, *NOTICES) if letter not in sources.get(ENGLISH, {})]
        if missing:
            raise ConfigurationInvalid(f"English letters are missing: {', '.join(missing)}.")
        self._templates = {language: _compile(language, texts) for language, texts in sources.items()}

    def language(self, wanted: str) -> str:
        """The language that a letter to a reader of `wanted` is written in."""
        for code in (wanted, wanted.partition("-")[0]):
            if code in self._templates:
                return code
        return ENGLISH

    def write(self, letter: str, language: str, facts: Mapping[str, object]) -> Letter:
        """The letter in the best language there is. Raises ConfigurationInvalid where its template fails."""
        found = self.language(language)
        template = self._templates[found].get(letter)
        if template is None:
            found, template = ENGLISH, self._templates[ENGLISH].get(letter)
        if template is None:
            raise ConfigurationInvalid(f"There is no letter {letter!r}.")
        try:
            text = template.render(facts)
        except TemplateError as error:
            raise ConfigurationInvalid(f"The letter {letter!r} ({found}) cannot be written: {error}") from error
        subject, _, body = text.strip().partition("\n")
        return Letter(language=found, subject=" ".join(subject.split()), body=_spaced(body))


def with_code(body: str, code: str) -> str:
    """The letter as it leaves: with the tracking code in its place."""
    return body.replace(CODE_MARK, code)


def without_code(body: str) -> str:
    """The letter as it is shown: without the paragraph that tells the code and what to do with it."""
    return "\n\n".join(paragraph for paragraph in body.split("\n\n") if CODE_MARK not in paragraph)


def locale_of(language: str) -> Locale:
    """How dates and amounts are written in `language`."""
    try:
        return BRITISH if language == ENGLISH else Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return BRITISH


def long_date(day: date, language: str) -> str:
    """`day` as letters write it: "22 November 2026"."""
    return format_date(day, "long", locale=locale_of(language))


def load_letters(folders: Iterable[Path]) -> Letters:
    """All letters of the folders (each with a folder per language); a later folder replaces single files."""
    sources: dict[str, dict[str, str]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/*.txt")):
            sources.setdefault(path.parent.name, {})[path.stem] = path.read_text("utf-8")
    return Letters(sources)


def _compile(language: str, texts: Mapping[str, str]) -> dict[str, Template]:
    # Letters are plain text: escaping for HTML would put &amp; into them.
    environment = ImmutableSandboxedEnvironment(
        autoescape=False,
        loader=FunctionLoader(lambda name: texts.get(name.removesuffix(".txt"))),
        keep_trailing_newline=True,
    )
    compiled: dict[str, Template] = {}
    for name in texts:
        if name.startswith("_"):
            continue
        try:
            compiled[name] = environment.get_template(f"{name}.txt")
        except TemplateError as error:
            raise ConfigurationInvalid(f"The letter {name!r} ({language}) cannot be read: {error}") from error
    return compiled


def _spaced(body: str) -> str:
    """Without spaces at line ends and never two empty lines in a row: conditions in templates leave such gaps."""
    lines: list[str] = []
    for line in (raw.rstrip() for raw in body.strip().split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
