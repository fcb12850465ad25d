"""Finding complaints by words: what they are about, what was written, and who complained."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from engine.errors import Malformed
from engine.store.complaint import Complaint
from engine.store.party import Party

WORDS = "words"
MOST_WORDS = 8
_PLACES = (Complaint.description, Complaint.product_or_service, Complaint.order_reference, Complaint.reference)
_PEOPLE = (Party.name, Party.organisation)


def by_words(value: object) -> ColumnElement[bool]:
    """The cases in which each of the words in `value` stands, wherever and however it is written.

    It is looked for in the description, the product, the order, the reference and the names of those who have a part;
    the words after the eighth are left out. Raises Malformed for something else than words.
    """
    words = value.split()[:MOST_WORDS] if isinstance(value, str) else []
    if not words or "\0" in str(value):
        raise Malformed("Words to search for are needed.", field=WORDS)
    return and_(*(_holds(word) for word in words))


def _holds(word: str) -> ColumnElement[bool]:
    named = exists().where(
        Party.complaint_key == Complaint.key, or_(*(column.icontains(word, autoescape=True) for column in _PEOPLE))
    )
    return or_(*(column.icontains(word, autoescape=True) for column in _PLACES), named)
