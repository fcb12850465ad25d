"""Somebody with a browser and no script: reads pages, follows links, fills in forms as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse


@dataclass
class Visitor:
    """Keeps cookies and the page that is open. Redirects are followed."""

    client: FlaskClient
    language: str = "en"
    answer: TestResponse | None = None
    addresses: list[str] = field(default_factory=list)

    def open(self, address: str) -> Visitor:
        """Read a page."""
        return self._keep(self.client.get(address, headers=self._headers(), follow_redirects=True))

    def send(self, action: str, data: dict[str, Any] | None = None, *, button: str | None = None) -> Visitor:
        """Send the form of the open page whose action ends in `action`, with `data` over what stands in it."""
        form = self.form(action)
        values: dict[str, Any] = dict(form.fields)
        values = {name: value for name, value in values.items() if value is not None}
        if button is not None:
            name, _, value = button.partition("=")
            values[name] = value
        values.update(data or {})
        headers = self._headers()
        return self._keep(self.client.post(form.action, data=values, headers=headers, follow_redirects=True))

    def form(self, action: str) -> html.FormElement:
        """The form whose action ends in `action`."""
        found = [form for form in self.page.forms if (form.action or "").endswith(action)]
        assert found, f"no form for {action} in {[form.action for form in self.page.forms]}"
        form = found[0]
        assert isinstance(form, html.FormElement)
        return form

    @property
    def page(self) -> html.HtmlElement:
        """The open page."""
        assert self.answer is not None
        return html.fromstring(self.answer.text)

    @property
    def status(self) -> int:
        """HTTP status of the open page."""
        assert self.answer is not None
        return self.answer.status_code

    @property
    def text(self) -> str:
        """What stands in the content of the open page, in one line."""
        main = self.page.find(".//main")
        return " ".join((main if main is not None else self.page).text_content().split())

    def one(self, xpath: str) -> html.HtmlElement:
        """The only element at `xpath`."""
        found = self.page.xpath(xpath)
        assert len(found) == 1, f"{xpath}: {len(found)}"
        return found[0]

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language}

    def _keep(self, answer: TestResponse) -> Visitor:
        self.answer = answer
        self.addresses += [answer.request.path, *(step.request.path for step in answer.history)]
        return self
