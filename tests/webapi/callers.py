"""People who call the API in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "a good pass phrase"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls the API with a token (none: a stranger)."""

    client: FlaskClient
    token: str | None = None

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any call."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers.update(options.pop("headers", {}))
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:
        """POST of a JSON body, or of nothing."""
        return self.call("POST", path, **({"json": body} if body is not None else {}), **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:
        """PUT of a JSON body."""
        return self.call("PUT", path, json=body, **options)

    def patch(self, path: str, body: object, **options: Any) -> TestResponse:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, json=body, **options)

    def delete(self, path: str) -> TestResponse:
        """DELETE."""
        return self.call("DELETE", path)

    def found(self, things: str, **where: object) -> list[dict[str, Any]]:
        """What a search finds."""
        answer = self.post(f"/v2/{things}/search", {"filter": where})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json["items"]
        return items
