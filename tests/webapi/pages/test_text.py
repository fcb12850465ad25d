"""Text of process owners and complainants becomes HTML that cannot do harm."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from webapi.pages.text import markdown, paragraphs

OURS = re.compile(r"</?(h[2-6]|p|br|ul|ol|li|strong|em|code|a)( href=\"[^\"<>]*\")?>")


def test_markdown_has_what_forms_use() -> None:
    text = "# Title\n\nSome **bold** and *soft* `code`.\n\n- one\n- [b](https://example.org/a?b=1)\n\n1. first\n2. next"
    assert markdown(text) == (
        "<h2>Title</h2><p>Some <strong>bold</strong> and <em>soft</em> <code>code</code>.</p>"
        '<ul><li>one</li><li><a href="https://example.org/a?b=1">b</a></li></ul>'
        "<ol><li>first</li><li>next</li></ol>"
    )


def test_markup_and_script_links_are_only_text() -> None:
    shown = markdown("<script>alert(1)</script> [x](javascript:alert(1))")
    assert "<script" not in shown
    assert "href" not in shown


@given(st.text(alphabet=st.sampled_from("<>&\"'*_`[]()#- \nahtps:/.1"), max_size=120))
def test_nothing_but_our_own_tags_comes_out(text: str) -> None:
    for shown in (str(markdown(text)), str(paragraphs(text))):
        assert "<" not in OURS.sub("", shown)


def test_line_breaks_of_a_letter_stay() -> None:
    assert paragraphs("Dear you,\r\n\r\nYours\r\nUs") == "<p>Dear you,</p><p>Yours<br>Us</p>"
