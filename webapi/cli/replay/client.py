"""A patient HTTP client of one running service, shared by threads.

A lost connection, a service that is starting and one that asks for a pause are waited for; every request may be sent
twice, because what creates carries an idempotency key and everything else ends the same when it is repeated.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import httpx
import orjson

from engine.types import Json

WAIT_FOR = frozenset({429, 502, 503, 504})
PAGE = 500

Object = Mapping[str, Json]


class ServiceGone(Exception):
    """The service did not come back within the patience; the message says what was tried."""


class Rejected(Exception):
    """The service answered that this cannot be done: `status` and the problem's `detail`."""

    def __init__(self, method: str, path: str, status: int, problem: Object) -> None:
        self.status = status
        self.problem = problem
        findings = problem.get("findings")
        detail = str(problem.get("detail") or problem.get("title") or "no reason given")
        super().__init__(f"{method} {path}: {status} {detail}" + (f" {findings}" if findings else ""))


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `token` says who asks; `key` makes a creating request safe to repeat."""

    method: str
    path: str
    body: Object | None = None
    token: str | None = None
    key: str | None = None


class Service:
    """Sends calls to `url` and waits up to `patience` seconds for a service that went away.

    `on_wait` is told what is waited for, and an empty text when the service is back.
    """

    def __init__(self, url: str, token: str | None, *, patience: float, on_wait: Callable[[str], None]) -> None:
        self._url = url.rstrip("/")
        self.token = token
        """Who asks where a call does not say: an administrator."""
        self._patience = patience
        self._on_wait = on_wait
        self._local = threading.local()
        self._lock = threading.Lock()
        self._clients: list[httpx.Client] = []
        self.sent: Counter[str] = Counter()
        """Answered requests by method and first path segments; `repeated` counts those sent more than once."""

    def close(self) -> None:
        """Close the connections of every thread."""
        for client in self._clients:
            client.close()

    def call(self, call: Call) -> Json:
        """The JSON of a good answer, None where there is none. Raises Rejected and ServiceGone."""
        response = self._until_answered(call)
        if response.status_code >= 400:
            raise Rejected(call.method, call.path, response.status_code, _problem(response))
        return cast("Json", orjson.loads(response.content)) if response.content else None

    def get(self, path: str, *, token: str | None = None) -> Object:
        """GET an object."""
        return cast("Object", self.call(Call(method="GET", path=path, token=token)))

    def post(self, path: str, body: Object, *, token: str | None = None, key: str | None = None) -> Object:
        """POST an object; an answer without a body is an empty object."""
        return cast("Object", self.call(Call(method="POST", path=path, body=body, token=token, key=key)) or {})

    def set_clock(self, timestamp_ms: int) -> None:
        """Pin the service's clock; it answers after everything due by then has been fired."""
        self.call(Call(method="PUT", path="/v2/clock", body={"timestamp": timestamp_ms}))

    def search(self, things: str, where: Object, *, sort: str | None = None) -> Iterator[Object]:
        """All matches of a search over `things`, page by page."""
        body: dict[str, Json] = {"filter": where}
        if sort:
            body["sort"] = [{"field": sort, "order": "asc"}]
        after: Json = None
        while True:
            page: dict[str, Json] = {"limit": PAGE} | ({"after": after} if after else {})
            answer = self.post(f"/v2/{things}/search", body | {"page": page})
            items = cast("list[Object]", answer.get("items") or [])
            yield from items
            after = cast("Object", answer.get("page") or {}).get("endCursor")
            if len(items) < PAGE or not after:
                return

    def count(self, things: str, where: Object) -> int:
        """How many match."""
        answer = self.post(f"/v2/{things}/search", {"filter": where, "page": {"limit": 1}})
        return int(cast("int", cast("Object", answer["page"])["totalItems"]))

    def _until_answered(self, call: Call) -> httpx.Response:
        started = time.monotonic()
        pause = 0.05
        while True:
            response = self._try(call)
            if response is not None and response.status_code not in WAIT_FOR:
                if pause > 0.05:
                    self._note("repeated")
                    self._on_wait("")
                self._note(f"{call.method} {'/'.join(call.path.split('/')[1:3])}")
                return response
            if time.monotonic() - started > self._patience:
                raise ServiceGone(f"no answer to {call.method} {call.path} within {self._patience:.0f} s")
            self._on_wait(f"waiting for the service to answer {call.method} {call.path}")
            time.sleep(_asked_pause(response) or pause)
            pause = min(pause * 2, 1.0)

    def _try(self, call: Call) -> httpx.Response | None:
        headers = {"Authorization": f"Bearer {call.token or self.token}"}
        if call.key:
            headers["Idempotency-Key"] = call.key
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = orjson.dumps(call.body)
        try:
            return self._client().request(call.method, self._url + call.path, content=content, headers=headers)
        except httpx.TransportError:
            return None

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = httpx.Client(timeout=httpx.Timeout(300, connect=5), trust_env=False)
            with self._lock:
                self._clients.append(client)
        return client

    def _note(self, what: str) -> None:
        with self._lock:
            self.sent[what] += 1


def _asked_pause(response: httpx.Response | None) -> float | None:
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(float(asked), 5.0) if asked.isdigit() else None


def _problem(response: httpx.Response) -> Object:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {"detail": response.text[:200]}
    return value if isinstance(value, dict) else {}
