"""Tracking codes are told again, read however they are typed, and cannot be guessed from one another."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.complaints.tracking import ALPHABET, TrackingCodes, digest_of

CODES = TrackingCodes(b"s" * 32)


@given(st.integers(1, 2**63 - 1))
def test_a_code_is_the_same_each_time_and_has_its_form(key: int) -> None:
    assert CODES.of(key) == CODES.of(key)
    assert re.fullmatch(rf"([{ALPHABET}]{{5}}-){{3}}[{ALPHABET}]{{5}}", CODES.of(key))


@given(st.integers(1, 2**63 - 1))
def test_typing_does_not_matter(key: int) -> None:
    code = CODES.of(key)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert digest_of(typed) == digest_of(code) == digest_of(code.replace("1", "I"))


def test_another_secret_gives_other_codes() -> None:
    assert CODES.of(1) != TrackingCodes(b"t" * 32).of(1)
    assert CODES.of(1) != CODES.of(2)


@given(st.text())
def test_whatever_is_typed_has_a_digest(text: str) -> None:
    assert len(digest_of(text)) == 32
