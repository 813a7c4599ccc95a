"""A page becomes issue, environment, cause and resolution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.importers.sections import split, title_in

RUNBOOK = """# Disk is filling up

## Meaning

The disk will be full within four hours.

## Impact

Writes fail.

## Possible causes

A log grows.

## Diagnosis

```shell
# df
df -h
```

## Mitigation

Rotate the log.

### By hand

Delete old files.
"""


def test_the_headings_of_a_runbook_decide():
    parts = split(RUNBOOK, "Disk is filling up")
    assert (
        parts["issue"]
        == "## Meaning\n\nThe disk will be full within four hours.\n\n## Impact\n\nWrites fail."
    )
    assert parts["cause"] == "## Possible causes\n\nA log grows."
    assert parts["resolution"].startswith("## Diagnosis\n\n```shell\n# df\ndf -h\n```\n\n## Mitigation")
    assert parts["resolution"].endswith("### By hand\n\nDelete old files.")


def test_headings_that_only_name_the_part_are_dropped():
    parts = split(
        "## Issue\n\nBlank pages.\n\n## Environment\n\nLP-2\n\n## Cause\n\nToner\n\n## Resolution\n\nReplace it.",
        "Printer",
    )
    assert parts == {
        "issue": "Blank pages.",
        "environment": "LP-2",
        "cause": "Toner",
        "resolution": "Replace it.",
    }


@pytest.mark.parametrize("heading", ["Lösung", "Solução", "Solución", "Réponse", "2. **Resolution**", "Fix"])
def test_headings_are_known_in_five_languages_and_with_decoration(heading):
    parts = split(f"## Problem\n\nBlank pages.\n\n## {heading}\n\nReplace it.", "Printer")
    assert parts["issue"] == "Blank pages." and parts["resolution"].endswith("Replace it.")


def test_without_telling_headings_the_first_paragraph_is_the_issue():
    parts = split(
        "# Billing\n\n![logo](a.png)\n\nProjects pay with units.\n\n## Rates\n\nOne unit an hour.", "Billing"
    )
    assert parts["issue"] == "Projects pay with units."
    assert parts["resolution"] == "![logo](a.png)\n\n## Rates\n\nOne unit an hour."


def test_one_paragraph_alone_is_a_resolution():
    assert split("Turn it off and on again.", "Router")["resolution"] == "Turn it off and on again."


def test_underlined_headings_count_and_rules_do_not():
    parts = split(
        "Problem\n-------\n\nBlank pages.\n\nSolution\n========\n\nReplace it.\n\n---\n\nDone.", "Printer"
    )
    assert parts["issue"].endswith("Blank pages.") or parts["resolution"]
    assert title_in("Printer\n=======\n\ntext") == "Printer"
    assert title_in("a | b\n--- | ---\n1 | 2") == ""


def test_a_title_is_the_first_heading_in_plain_words():
    assert title_in("text\n\n# The `vpn` [page](x.md) {#top}\n") == "The vpn page"


WORDS = st.text(alphabet="ab #\n`=-|*", max_size=120)


@given(WORDS)
def test_no_word_of_a_page_is_lost(text):
    parts = split(text, "a title that is not in the page")
    said = "".join(parts.values())
    assert {letter: said.count(letter) for letter in "ab"} == {letter: text.count(letter) for letter in "ab"}
