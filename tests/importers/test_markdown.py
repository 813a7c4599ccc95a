"""Markdown of other tools, made readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.importers.markdown import front_matter, readable

PLAIN = {"../support/contact.md": "“Contact”", "guide.md": "“Guide”", "other.md": "other.md"}


def shown(text):
    return readable(text, lambda target: PLAIN.get(target.partition("#")[0], ""))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("---\ntitle: VPN\ntags: [a, b]\n---\nBody", {"title": "VPN", "tags": ["a", "b"]}),
        ('+++\ntitle = "VPN"\n+++\nBody', {"title": "VPN"}),
        ("\ufeff---\r\ntitle: VPN\r\n---\r\nBody", {"title": "VPN"}),
        ("Body", {}),
    ],
)
def test_front_matter_comes_off(text, values):
    assert front_matter(text) == (values, "Body")


def test_a_rule_is_no_front_matter():
    assert front_matter("---\nJust words\n---\nBody") == ({}, "---\nJust words\n---\nBody")


def test_front_matter_that_cannot_be_read_is_told():
    with pytest.raises(ValueError, match="front matter cannot be read"):
        front_matter("---\ntitle: [a\n---\nBody")


def test_admonitions_become_quotations():
    assert shown('!!! warning "Take care"\n    Back up first.\n\n    Then go on.\n\nNext') == (
        "> **Warning: Take care**\n>\n> Back up first.\n>\n> Then go on.\n\nNext"
    )
    assert shown("??? note\n    Hidden.") == "> **Note**\n>\n> Hidden."
    assert shown(":::tip Try this\nPing it.\n:::\nNext") == "> **Tip: Try this**\n>\n> Ping it.\n\nNext"
    assert shown("> [!IMPORTANT]\n> Read it.") == "> **Important**\n> Read it."


def test_tabs_become_paragraphs_with_a_heading():
    assert (
        shown('=== "Linux"\n    ```\n    ls\n    ```\n=== "Windows"\n    dir')
        == "**Linux**\n\n```\nls\n```\n\n**Windows**\n\ndir"
    )


def test_links_to_other_pages_say_where_they_led():
    assert (
        shown("Ask the [service desk](../support/contact.md#hours).") == "Ask the service desk (“Contact”)."
    )
    assert shown("See [Guide](guide.md) and [here](#below).") == "See Guide and here."
    assert shown("See [the web](https://example.org/a_(b)).") == "See [the web](https://example.org/a_(b))."
    assert shown("See [a page][p].\n\n[p]: other.md") == "See a page (other.md)."


def test_pictures_from_elsewhere_are_named():
    assert shown("![A cable](img/cable.png)") == "*(Picture: A cable)*"
    assert shown("![](https://example.org/x.png)") == "[Picture: x.png](https://example.org/x.png)"


def test_a_base_address_keeps_links_alive():
    assert readable("[Guide](guide.md)", lambda target: f"https://docs.example.org/{target}") == (
        "[Guide](https://docs.example.org/guide.md)"
    )


def test_html_becomes_markdown_and_placeholders_stay():
    assert shown('<b>Now</b> run <a href="https://example.org">this</a> on <server><br/>') == (
        "**Now** run [this](https://example.org) on <server> "
    )
    assert shown('text{:target="_blank"} <!-- a\ncomment --> end') == "text \n end"


def test_code_stays_as_it_is():
    code = "```html\n<b>x</b> <!-- y --> [a](b.md)\n!!! note\n    z\n```"
    assert shown(code) == code
    assert shown("use `<b>[a](b.md)</b>`") == "use `<b>[a](b.md)</b>`"


@given(st.text(alphabet='ab [](){}<>!\n`:="#|-*/', max_size=150))
def test_any_text_can_be_read(text):
    assert isinstance(shown(text), str)


@pytest.mark.parametrize(
    "piece", ["[", "![", "[a](", "<a href=", "<!--", "!!! a\n    ", "`", "[a]: b\n", ":::a\n", "(" * 10]
)
def test_a_damaged_page_of_100_kb_is_read_at_all(piece):
    assert isinstance(shown(piece * (100_000 // len(piece))), str)
