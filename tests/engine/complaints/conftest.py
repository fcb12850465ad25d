"""What the tests of the register share."""

from __future__ import annotations

import pytest

from engine.bootstrap import Engine
from tests.engine.complaints.desk import Desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """The counter over an engine with the process library."""
    return Desk(engine)
