"""YAML as it is read here: the core schema, with lines, and nothing that a hostile file could use."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Finding
from engine.trials.document import MAX_BYTES, read_yaml
from engine.trials.errors import ProcessTestsInvalid

KEYS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
NUMBERS = st.integers(-(10**15), 10**15)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(categories=["L", "N", "Zs", "P"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_yaml(value: object) -> None:
    assert read_yaml("f", json.dumps(value, ensure_ascii=False).encode()).plain() == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    findings: tuple[Finding, ...] = ()
    try:
        read_yaml("f", content)
    except ProcessTestsInvalid as refused:
        findings = refused.findings
    assert all(finding.line and finding.file == "f" for finding in findings)


def test_words_are_texts_but_for_true_false_and_null() -> None:
    text = "[yes, no, on, off, true, ~, 2026-03-02, 08, 0x10, 1e3, 1_000, 12:30, 'true', \"1\"]"
    assert read_yaml("f", text.encode()).plain() == [
        *("yes", "no", "on", "off", True, None, "2026-03-02", 8, "0x10", 1000.0, "1_000", "12:30", "true", "1"),
    ]


def test_lines_are_known() -> None:
    root = read_yaml("f", b"a: 1\nb:\n  - x\n  - y\n")
    assert root.key_lines == {"a": 1, "b": 2}
    assert root.entries is not None
    assert [item.line for item in root.entries["b"].items or ()] == [3, 4]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [", 1, "no YAML"),
        ("a: 1\nb: &x 2\n", 2, "Anchors"),
        ("a: *x\n", 1, "aliases"),
        ("- !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("? [a]\n: 1\n", 1, "name"),
        ("", 1, "empty"),
        ("[" * 60 + "]" * 60, 1, "deeper"),
        ("a: " + "x" * MAX_BYTES, 1, "larger"),
    ],
)
def test_what_is_refused_has_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ProcessTestsInvalid) as refused:
        read_yaml("f", text.encode())
    (finding,) = refused.value.findings
    assert (finding.line, finding.file) == (line, "f")
    assert words in finding.message


def test_a_bomb_of_aliases_is_not_expanded() -> None:
    lines = ["a: &a [x, x]", *(f"{n}: &{n} [*{p}, *{p}, *{p}]" for p, n in zip("abcdefgh", "bcdefghi", strict=True))]
    with pytest.raises(ProcessTestsInvalid):
        read_yaml("f", "\n".join(lines).encode())
