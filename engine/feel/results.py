"""What built-in functions give when they give anything, for checks before an expression runs (DMN 1.5, 10.3.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel.values import Date, DateTime, Range, Time, YearsMonths

_BY_TYPE: dict[type[Any], tuple[str, ...]] = {
    Decimal: (
        *("number", "string length", "count", "sum", "mean", "product", "median", "stddev", "decimal", "round up"),
        *("round down", "round half up", "round half down", "floor", "ceiling", "modulo", "sqrt", "log", "exp"),
        *("day of year", "week of year", "working days between"),
    ),
    str: (
        *("string", "substring", "upper case", "lower case", "substring before", "substring after", "trim", "replace"),
        *("string join", "string repeat", "day of week", "month of year"),
    ),
    bool: (
        *("contains", "starts with", "ends with", "is blank", "matches", "list contains", "is empty", "all", "any"),
        *("not", "odd", "even", "is", "is defined", "before", "after", "meets", "met by", "overlaps"),
        *("overlaps before", "overlaps after", "finishes", "finished by", "includes", "during", "starts"),
        *("started by", "coincides"),
    ),
    list: (
        *("split", "extract", "reverse", "sublist", "append", "concatenate", "union", "distinct values"),
        *("duplicate values", "flatten", "insert before", "remove", "index of", "list replace", "sort", "partition"),
        *("mode", "get entries"),
    ),
    dict: ("context", "context put", "context merge"),
    Date: ("date", "today", "last day of month"),
    Time: ("time",),
    DateTime: ("date and time", "now", "deadline"),
    YearsMonths: ("years and months duration",),
    Range: ("range",),
}
RESULTS: dict[str, type[Any]] = {name: kind for kind, names in _BY_TYPE.items() for name in names}
"""By name; functions whose result depends on their arguments are missing."""
