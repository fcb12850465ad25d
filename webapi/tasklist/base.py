"""The blueprint of the staff's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("tasklist", __name__)
