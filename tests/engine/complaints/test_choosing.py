"""The table `regime` chooses by unit, product, kind and origin; each shipped regime can be chosen by it."""

from __future__ import annotations

import re

import pytest

from engine.complaints.regimes import load_regimes
from engine.processes import Resource
from engine.settings import Settings
from engine.types import SYSTEM
from tests.engine.complaints.desk import ROOT, Desk

TABLE = ROOT / "workflows" / "complaint_handling" / "regime.dmn"


@pytest.mark.parametrize(
    ("told", "regime"),
    [
        ({}, "iso10002"),
        ({"unit": "somewhere", "product_or_service": "something"}, "iso10002"),
        ({"unit": "care"}, "nl-wkkgz"),
        ({"unit": "care", "origin": "internal"}, "iso10002"),
        ({"unit": "public-office"}, "nl-awb"),
        ({"unit": "bank-uk"}, "fca-disp"),
        ({"unit": "payments"}, "payment-services"),
        ({"unit": "bank-australia", "product_or_service": "hardship"}, "au-rg271-hardship"),
        ({"unit": "bank-australia", "product_or_service": "superannuation"}, "au-rg271-superannuation"),
        ({"unit": "bank-australia", "product_or_service": "loan"}, "au-rg271"),
        ({"unit": "bank-spain", "product_or_service": "payments"}, "es-banks-payments"),
        ({"unit": "bank-spain", "product_or_service": "business"}, "es-banks-others"),
        ({"unit": "bank-spain"}, "es-banks-consumers"),
        ({"unit": "customer-service-spain"}, "es-ley-10-2025"),
        ({"unit": "bank-turkey", "product_or_service": "card"}, "tr-banks-cards"),
        ({"unit": "bank-turkey"}, "tr-banks"),
        ({"unit": "nhs-england"}, "nhs-england"),
        ({"unit": "nhs-wales"}, "nhs-wales"),
        ({"unit": "nhs-scotland"}, "nhs-scotland"),
        ({"unit": "nhs-northern-ireland"}, "nhs-northern-ireland"),
        ({"unit": "bank-usa"}, "us-cfpb"),
        ({"unit": "dispute-body"}, "eu-adr"),
    ],
)
def test_the_first_row_that_fits_decides(desk: Desk, told: dict[str, str], regime: str) -> None:
    filed = desk.file(**told)
    assert desk.engine.complaints.get(SYSTEM, filed.reference).regime == regime


def test_each_regime_stands_in_the_table_and_each_row_names_one() -> None:
    named = set(re.findall(r"<outputEntry[^>]*>\s*<text>\"([^\"]+)\"", TABLE.read_text("utf-8")))
    settings = Settings()
    assert named == load_regimes(settings.config_files("regimes"), settings.config_files("calendars")).by_id.keys()


def test_a_table_of_ones_own_may_ask_for_the_category(desk: Desk) -> None:
    text = (
        TABLE.read_text("utf-8")
        .replace("<text>unit</text>", "<text>category</text>")
        .replace('"care"', '"service-poor"')
    )
    desk.engine.deployments.deploy(SYSTEM, [Resource(name="regime.dmn", content=text.encode())])
    filed = desk.file(category="service-poor")
    assert desk.engine.complaints.get(SYSTEM, filed.reference).regime == "nl-wkkgz"
