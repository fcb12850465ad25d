"""Tables of what was deployed: deployments, their resources, and the definitions read from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class Deployment(Base):
    """One act of deploying: all resources of it were accepted."""

    __tablename__ = "deployment"

    key: Mapped[KeyColumn]
    number: Mapped[int] = mapped_column(unique=True)
    """Rises by one with each deployment: a process that knows the number knows whether its cache is up to date."""
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str]


class Resource(Base):
    """One file of a deployment, as it was handed in; written once, never changed."""

    __tablename__ = "resource"

    key: Mapped[KeyColumn]
    deployment_key: Mapped[KeyRef] = mapped_column(ForeignKey("deployment.key"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    """`bpmn`, `dmn` or `form`."""
    content: Mapped[bytes] = mapped_column(deferred=True)
    digest: Mapped[bytes]
    """SHA-256 of the content."""


class ProcessDefinition(Base):
    """One version of a process. Its instances run on this version until they end or are migrated."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    key: Mapped[KeyColumn]
    process_id: Mapped[str]
    version: Mapped[int]
    version_tag: Mapped[str | None]
    name: Mapped[str | None]
    resource_key: Mapped[KeyRef] = mapped_column(ForeignKey("resource.key"))
    resource_name: Mapped[str]
    digest: Mapped[bytes]
    deployment_key: Mapped[KeyRef] = mapped_column(ForeignKey("deployment.key"), index=True)
    armed_at: Mapped[datetime | None]
    """When what starts its instances was armed; None: not yet looked at."""


class DecisionDefinition(Base):
    """One version of a decision. Several decisions may come from one resource (a decision requirements graph)."""

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("decision_id", "version"),)

    key: Mapped[KeyColumn]
    decision_id: Mapped[str]
    version: Mapped[int]
    version_tag: Mapped[str | None]
    name: Mapped[str | None]
    resource_key: Mapped[KeyRef] = mapped_column(ForeignKey("resource.key"))
    resource_name: Mapped[str]
    digest: Mapped[bytes]
    deployment_key: Mapped[KeyRef] = mapped_column(ForeignKey("deployment.key"), index=True)


class FormDefinition(Base):
    """One version of a form; its JSON stands in the resource."""

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("form_id", "version"),)

    key: Mapped[KeyColumn]
    form_id: Mapped[str]
    version: Mapped[int]
    version_tag: Mapped[str | None]
    resource_key: Mapped[KeyRef] = mapped_column(ForeignKey("resource.key"))
    resource_name: Mapped[str]
    digest: Mapped[bytes]
    deployment_key: Mapped[KeyRef] = mapped_column(ForeignKey("deployment.key"), index=True)
