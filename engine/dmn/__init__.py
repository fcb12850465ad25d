"""Decisions: DMN models over FEEL, with every hit policy and a trace of how each value came about."""

from __future__ import annotations

from engine.dmn.checks import check_tables
from engine.dmn.imports import load_models, needed_files, read_header
from engine.dmn.load import load_model
from engine.dmn.model import DECISION_LIMITS, DecisionInfo, Model
from engine.dmn.results import DecisionResult, EvaluatedDecision, EvaluatedInput, MatchedRule
from engine.dmn.tags import version_tags

__all__ = [
    "DECISION_LIMITS",
    "DecisionInfo",
    "DecisionResult",
    "EvaluatedDecision",
    "EvaluatedInput",
    "MatchedRule",
    "Model",
    "check_tables",
    "load_model",
    "load_models",
    "needed_files",
    "read_header",
    "version_tags",
]
