"""Which regime applies to a complaint: the decision table `regime`, by unit, product, kind of feedback, origin, channel
and category (clause 5.1)."""

from __future__ import annotations

import logging

from engine.complaints.regimes import Regime, Regimes
from engine.complaints.views import Receipt
from engine.errors import AmendsError, NotFound
from engine.feel import to_json
from engine.processes.catalogue import Catalogue
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json

DECISION = "regime"
_LOG = logging.getLogger(__name__)


def choose_regime(uow: UnitOfWork, receipt: Receipt, regimes: Regimes, catalogue: Catalogue) -> Regime:
    """The regime that the receipt names; else the one that the deployed table `regime` gives; else the default.

    A table that fails, or names a regime that there is not, must not keep anybody from complaining: the default
    applies then, and the log says so. Raises Refused where the receipt itself names an unknown one.
    """
    if receipt.regime is not None:
        return regimes.get(receipt.regime)
    chosen = _decided(uow, receipt, catalogue)
    if isinstance(chosen, str) and chosen in regimes.by_id:
        return regimes.by_id[chosen]
    if chosen is not None:
        _LOG.warning("the table of regimes gave no regime", extra={"decision": DECISION, "value": str(chosen)[:100]})
    return regimes.get(None)


def _decided(uow: UnitOfWork, receipt: Receipt, catalogue: Catalogue) -> Json:
    facts = {
        "unit": receipt.unit,
        "product": receipt.product_or_service,
        "kind": receipt.feedback,
        "origin": receipt.origin,
        "channel": receipt.channel,
        "category": receipt.category,
    }
    try:
        _, model = catalogue.decision(uow, DECISION)
        return to_json(model.evaluate(DECISION, facts, now=uow.now).value)
    except NotFound:
        return None
    except AmendsError as error:
        _LOG.warning("the table of regimes failed", extra={"decision": DECISION, "code": error.code})
        return None
