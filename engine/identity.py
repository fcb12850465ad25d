"""Secrets that prove who somebody is: passwords and bearer tokens. Only what cannot be turned back is stored.

Passwords are hashed with argon2id at the library's defaults (RFC 9106, low-memory profile). A token has 256
random bits, so a plain SHA-256 of it is enough: nobody can guess its way through it.
"""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
TOKEN_PREFIX = "amends_"  # noqa: S105 - a mark by which secret scanners find a leaked token, not a secret


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with its salt and parameters, as text."""
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Without a stored hash it takes as long and answers no.

    The equal time keeps an attacker from learning which user names exist.
    """
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's and should be made anew."""
    return _HASHER.check_needs_rehash(stored)


def new_password() -> str:
    """A random password that can be typed: 20 characters, 100 bits and more."""
    return secrets.token_urlsafe(15)


def new_token() -> str:
    """A random bearer token of 256 bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """What is stored of a token: its SHA-256, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
