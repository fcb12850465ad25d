"""form-js schemas as plain HTML forms: native controls, no script needed, in the reader's language and direction."""

from __future__ import annotations

from webapi.forms.answers import read
from webapi.forms.findings import errors_of
from webapi.forms.model import Error, Field, Form, build

__all__ = ["Error", "Field", "Form", "build", "errors_of", "read"]
