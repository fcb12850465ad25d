"""Tables of people who have an account, and of the tokens that integrations hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, true
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class Person(Base):
    """Somebody (or an integration) with an account."""

    __tablename__ = "person"

    key: Mapped[KeyColumn]
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    groups: Mapped[list[str]]
    locale: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=true())
    created_at: Mapped[datetime]


class Token(Base):
    """A bearer token: only its SHA-256 is kept."""

    __tablename__ = "token"

    key: Mapped[KeyColumn]
    person_key: Mapped[KeyRef] = mapped_column(ForeignKey("person.key"), index=True)
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str] | None]
    """Permissions that the token is limited to; none: all of its owner."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
