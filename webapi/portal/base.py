"""The portal's blueprint, and the tracking code of the one who reads.

The code stays in the session: in an address it would end up in histories, logs and forwarded mails.
"""

from __future__ import annotations

from flask import Blueprint, session

blueprint = Blueprint("portal", __name__)

_CODE = "tracking-code"
_RECEIPT = "receipt"


def known_code() -> str | None:
    """The code that was entered in this session."""
    code = session.get(_CODE)
    return code if isinstance(code, str) else None


def keep_code(code: str) -> None:
    """Remember `code` until the session ends."""
    session[_CODE] = code


def forget_code() -> None:
    """Leave nothing of the case on this device."""
    session.pop(_CODE, None)
    session.pop(_RECEIPT, None)


def keep_receipt(reference: str, code: str) -> None:
    """Remember what the receipt shows: it may be read again until the code is forgotten."""
    session[_RECEIPT] = {"reference": reference, "code": code}
    keep_code(code)


def receipt() -> dict[str, str] | None:
    """`reference` and `code` of the complaint that was filed in this session."""
    found = session.get(_RECEIPT)
    return found if isinstance(found, dict) else None
