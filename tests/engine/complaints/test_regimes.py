"""The shipped regimes compute what their sources say; an incomplete one is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from engine.complaints.regimes import CLOCKS, STATUTORY, Regimes, load_regimes
from engine.deadlines import due
from engine.errors import ConfigurationInvalid, Refused
from engine.settings import Settings
from tests.conftest import MONDAY


@pytest.fixture(scope="module")
def regimes() -> Regimes:
    settings = Settings()
    return load_regimes(settings.config_files("regimes"), settings.config_files("calendars"))


# Received on Monday 2 March 2026 at nine, if nothing else is said; the dates are counted by hand from the sources.
@pytest.mark.parametrize(
    ("regime_id", "clock", "expected"),
    [
        ("iso10002", "final_response", "2026-03-30"),
        ("fca-disp", "final_response", "2026-04-27"),
        ("fca-disp", "summary_resolution", "2026-03-05"),
        ("payment-services", "final_response", "2026-03-23"),
        ("au-rg271", "acknowledgement", "2026-03-03"),
        ("au-rg271", "final_response", "2026-04-01"),
        ("au-rg271", "summary_resolution", "2026-03-09"),
        ("au-rg271-superannuation", "final_response", "2026-04-16"),
        ("au-rg271-hardship", "final_response", "2026-03-23"),
        ("nl-wkkgz", "acknowledgement", "2026-03-03"),
        ("es-ley-10-2025", "final_response", "2026-03-23"),
        ("es-banks-payments", "final_response", "2026-03-23"),
        ("es-banks-consumers", "final_response", "2026-04-02"),
        ("es-banks-others", "final_response", "2026-05-02"),
        ("nl-wkkgz", "final_response", "2026-04-13"),
        ("nl-awb", "acknowledgement", "2026-03-09"),
        ("nl-awb", "final_response", "2026-04-13"),
        ("tr-banks-cards", "final_response", "2026-03-22"),
        ("tr-banks", "final_response", "2026-04-01"),
        ("nhs-england", "acknowledgement", "2026-03-05"),
        ("nhs-england", "final_response", "2026-09-02"),
        ("nhs-wales", "acknowledgement", "2026-03-04"),
        ("nhs-wales", "final_response", "2026-04-15"),
        ("nhs-scotland", "final_response", "2026-03-30"),
        ("nhs-northern-ireland", "final_response", "2026-03-16"),
        ("us-cfpb", "final_response", "2026-03-17"),
        ("eu-adr", "final_response", "2026-05-31"),
    ],
)
def test_each_regime_counts_as_its_source_says(regimes: Regimes, regime_id: str, clock: str, expected: str) -> None:
    regime = regimes.get(regime_id)
    received = regime.calendar.instant(date(2026, 3, 2), time(9))
    found = due(regime.clocks[clock], received, regime.calendar).at
    assert regime.calendar.local(found).date().isoformat() == expected


def test_a_summary_resolution_is_due_at_the_close_of_the_third_day_after_easter(regimes: Regimes) -> None:
    regime = regimes.get("fca-disp")
    received = datetime(2026, 4, 2, 9, tzinfo=UTC)
    found = due(regime.clocks["summary_resolution"], received, regime.calendar).at
    assert regime.calendar.local(found).date() == date(2026, 4, 9)


@pytest.mark.parametrize(
    ("regime_id", "latest"),
    [
        ("payment-services", "2026-04-22"),
        ("nl-wkkgz", "2026-05-11"),
        ("nl-awb", "2026-05-11"),
        ("tr-banks", "2026-04-11"),
        ("us-cfpb", "2026-05-01"),
        ("es-banks-payments", "2026-03-23"),
    ],
)
def test_how_far_an_answer_can_be_put_off(regimes: Regimes, regime_id: str, latest: str) -> None:
    regime = regimes.get(regime_id)
    received = regime.calendar.instant(date(2026, 3, 2), time(9))
    rule = regime.extension
    assert rule is not None
    first = due(regime.clocks["final_response"], received, regime.calendar).at
    found = due(rule.limit, received if rule.from_start else first, regime.calendar).at
    assert regime.calendar.local(found).date().isoformat() == latest


def test_every_regime_of_the_law_has_a_clock_that_never_stands_still(regimes: Regimes) -> None:
    for regime in regimes.by_id.values():
        assert (STATUTORY in regime.limits) == (regime.regime_id != "iso10002")
        days = {kind: due(limit, MONDAY, regime.calendar).at for kind, limit in regime.clocks.items()}
        assert days["level_1"] < days["final_response"] < days["level_3"], regime.regime_id


def test_every_regime_names_its_source_and_a_body_outside(regimes: Regimes) -> None:
    for regime in regimes.by_id.values():
        assert regime.source
        assert regime.external_body("nl") != regime.external_body("en") == regime.external_body("xx")


def test_an_unknown_regime_is_refused(regimes: Regimes) -> None:
    with pytest.raises(Refused):
        regimes.get("code-of-hammurabi")


def test_what_was_compared_and_what_was_not_is_said(regimes: Regimes) -> None:
    unchecked = {regime.regime_id for regime in regimes.by_id.values() if regime.checked is None}
    assert unchecked == {"au-rg271", "au-rg271-superannuation", "au-rg271-hardship", "eu-adr", "iso10002"}
    for regime_id in unchecked:
        assert "# Not checked" in Settings().config_file(f"regimes/{regime_id}.toml").read_text("utf-8")


def test_a_dispute_body_counts_from_the_complete_file(regimes: Regimes) -> None:
    body = regimes.get("eu-adr")
    waiting = {kind for kind in body.limits if body.waits_for_file(kind)}
    assert waiting == {"level_1", "final_response", STATUTORY, "level_3"}


WHOLE = """
title.en = "A regime"
source = "The law, article 1"
checked = 2026-01-05
calendar = "default"
external_body.en = "the ombudsman"
""" + "".join(f'[clocks.{kind}]\namount = 3\nunit = "weeks"\n' for kind in CLOCKS)


def load(tmp_path: Path, text: str) -> Regimes:
    """Regimes with this text as the only one."""
    (tmp_path / "iso10002.toml").write_text(text, "utf-8")
    return load_regimes({"iso10002": tmp_path / "iso10002.toml"}, Settings().config_files("calendars"))


@pytest.mark.parametrize("key", ["title", "source", "checked", "calendar", "external_body", "clocks"])
def test_each_part_of_a_regime_is_needed_and_its_lack_is_named(tmp_path: Path, key: str) -> None:
    text = WHOLE[: WHOLE.index("[clocks")] if key == "clocks" else re.sub(rf"(?m)^{key}\b.*$", "", WHOLE)
    with pytest.raises(ConfigurationInvalid, match=f"regime iso10002: {key} is missing or unknown"):
        load(tmp_path, text)


@pytest.mark.parametrize("kind", CLOCKS)
def test_each_clock_of_a_regime_is_needed_and_its_lack_is_named(tmp_path: Path, kind: str) -> None:
    assert load(tmp_path, WHOLE).get(None).clocks[kind].amount == 3
    with pytest.raises(ConfigurationInvalid, match=f"regime iso10002: the clocks {kind} are missing"):
        load(tmp_path, WHOLE.replace(f"[clocks.{kind}]", "[clocks.other_clock]"))


@pytest.mark.parametrize(
    ("cut", "put"),
    [
        ("[clocks.final_response]", "[clocks.some_day]"),
        ('unit = "business-days"', 'unit = "moons"'),
        ('calendar = "default"', 'calendar = "lunar"'),
        ("checked = false", 'checked = "lately"'),
        ("source =", "sauce ="),
        ("amount = 20", 'amount = "twenty"'),
        ("amount = 20", "amount = 20\nspeed = 1"),
        ("amount = 20", 'amount = 20\nstatutory = "yes"'),
        ("[clocks.final_response]", "[extension]\namount = 3\n[clocks.final_response]"),
        ("[clocks.final_response]", '[extension]\ncounted_from = "moon"\namount = 3\n[clocks.final_response]'),
        ("[clocks.final_response]", "[clocks.statutory_response]\namount = 3\n[clocks.final_response]"),
        ("checked = false", "checked = 1999-01-01"),
        ("amount = 20", 'amount = 20\nstarts = "some day"'),
    ],
)
def test_an_incomplete_regime_is_refused(tmp_path: Path, cut: str, put: str) -> None:
    settings = Settings()
    text = settings.config_file("regimes/iso10002.toml").read_text("utf-8")
    assert cut in text
    (tmp_path / "iso10002.toml").write_text(text.replace(cut, put), "utf-8")
    with pytest.raises(ConfigurationInvalid):
        load_regimes({"iso10002": tmp_path / "iso10002.toml"}, settings.config_files("calendars"))
