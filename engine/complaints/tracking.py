"""Tracking codes: 20 characters that open one case, told to the complainant and kept nowhere.

A code is an HMAC of the complaint's key under the installation's secret, so that it can be told again for a repeated
request and put into letters; the database holds its SHA-256 only. 100 bits cannot be guessed; the digest of a
uniformly random code needs no salt.
"""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code can be read out."""
LENGTH = 20
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None, "\n": None, "\r": None})


class TrackingCodes:
    """Makes codes and knows them again."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.new(secret, b"tracking code", hashlib.sha256).digest()

    def of(self, complaint_key: int) -> str:
        """The code of a complaint, in groups of five: `7K2MA-...`."""
        bits = int.from_bytes(hmac.new(self._secret, str(complaint_key).encode(), hashlib.sha256).digest(), "big")
        plain = "".join(ALPHABET[bits >> (5 * place) & 31] for place in range(LENGTH))
        return "-".join(plain[start : start + 5] for start in range(0, LENGTH, 5))


def digest_of(code: str) -> bytes:
    """SHA-256 of a code as somebody typed it: case, spaces and dashes do not matter, O is 0, I and L are 1.

    Anything that is no code gives a digest too, one that no complaint has: a wrong form must not answer faster.
    """
    return hashlib.sha256(code[:200].upper().translate(_SAME).encode("utf-8", "replace")).digest()
