"""The shipped regimes compute what their sources say; an incomplete one is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.complaints.regimes import Regimes, load_regimes
from engine.deadlines import due
from engine.errors import ConfigurationInvalid, Refused
from engine.settings import Settings


@pytest.fixture(scope="module")
def regimes() -> Regimes:
    settings = Settings()
    return load_regimes(settings.config_files("regimes"), settings.config_files("calendars"))


@pytest.mark.parametrize(
    ("regime_id", "clock", "received", "expected"),
    [
        ("iso10002", "final_response", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 30)),
        ("fca-disp", "final_response", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 4, 27)),
        ("fca-disp", "summary_resolution", datetime(2026, 4, 2, 9, tzinfo=UTC), date(2026, 4, 9)),
        ("nl-wkkgz", "final_response", datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 4, 13)),
    ],
)
def test_published_examples(regimes: Regimes, regime_id: str, clock: str, received: datetime, expected: date) -> None:
    regime = regimes.get(regime_id)
    assert regime.calendar.local(due(regime.clocks[clock], received, regime.calendar).at).date() == expected


def test_every_regime_names_its_source_and_a_body_outside(regimes: Regimes) -> None:
    for regime in regimes.by_id.values():
        assert regime.source
        assert regime.external_body("nl") != regime.external_body("en") == regime.external_body("xx")


def test_an_unknown_regime_is_refused(regimes: Regimes) -> None:
    with pytest.raises(Refused):
        regimes.get("code-of-hammurabi")


@pytest.mark.parametrize(
    ("cut", "put"),
    [
        ("[clocks.final_response]", "[clocks.some_day]"),
        ('unit = "business-days"', 'unit = "moons"'),
        ('calendar = "default"', 'calendar = "lunar"'),
        ("checked = 2026-11-01", 'checked = "lately"'),
        ("source =", "sauce ="),
        ("amount = 20", 'amount = "twenty"'),
        ("amount = 20", "amount = 20\nspeed = 1"),
    ],
)
def test_an_incomplete_regime_is_refused(tmp_path: Path, cut: str, put: str) -> None:
    settings = Settings()
    text = settings.config_file("regimes/iso10002.toml").read_text("utf-8")
    assert cut in text
    (tmp_path / "iso10002.toml").write_text(text.replace(cut, put), "utf-8")
    with pytest.raises(ConfigurationInvalid):
        load_regimes({"iso10002": tmp_path / "iso10002.toml"}, settings.config_files("calendars"))
