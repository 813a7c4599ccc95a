"""What other desks write into a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.desk.priority import IMPACTS, PRIORITIES, URGENCIES
from assistant.desk.process import PHASES
from assistant.importers.values import CHOICES, choice, is_empty, line, prose


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        ("priority", "1", "P1"),
        ("priority", 3.0, "P3"),
        ("priority", "P2", "P2"),
        ("priority", "1 - Critical", "P1"),
        ("priority", "2 - Medium", "P3"),
        ("priority", "Urgent", "P1"),
        ("priority", "Sev 4", "P4"),
        ("priority", "Sehr hoch", "P1"),
        ("priority", "Élevée", "P2"),
        ("priority", "Baixa", "P4"),
        ("priority", "purple", None),
        ("impact", "1 - High", "organisation"),
        ("impact", "3 - Low", "person"),
        ("urgency", "2 - Medium", "soon"),
        ("source", "Self-service", "portal"),
        ("source", "E-Mail", "mail"),
        ("state", "Resolved", "resolved"),
        ("state", "Done", "closed"),
        ("state", "In Progress", "active"),
        ("state", "Awaiting User Info", "waiting"),
        ("state", "Wartet auf Kunde", "waiting"),
        ("state", "Gelöst", "resolved"),
        ("state", "Fermé", "closed"),
        ("state", "Won't Fix", "closed"),
        ("state", "7", None),
    ],
)
def test_a_word_of_another_desk_is_understood(field, said, meant):
    assert choice(field, said) == meant


def test_every_word_in_the_tables_leads_to_a_value_of_ours():
    ours = {"priority": PRIORITIES, "impact": IMPACTS, "urgency": URGENCIES, "state": PHASES}
    for field, allowed in ours.items():
        assert set(CHOICES[field].values()) <= set(allowed)


@pytest.mark.parametrize("nothing", [None, "", "  ", "N/A", "null", "None", "-", [], "n/a"])
def test_what_stands_for_nothing_is_nothing(nothing):
    assert is_empty(nothing)


def test_a_word_that_only_begins_like_nothing_is_something():
    assert not is_empty("None of the printers works")


def test_a_number_from_a_spreadsheet_keeps_no_decimal_point():
    assert line(4711.0) == "4711" and line(4711.5) == "4711.5"


def test_line_ends_and_control_characters_of_other_systems_go():
    assert prose("one\r\ntwo_x000D_\nthree\x00\x07") == "one\ntwo\nthree"


def test_html_becomes_text_and_plain_text_stays():
    assert prose("<p>One</p><p>Two &amp; three</p>") == "One\n\nTwo & three"
    assert prose("if a < b && c > d") == "if a < b && c > d"


@given(
    st.recursive(
        st.none() | st.text() | st.floats() | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3),
    )
)
def test_any_cell_becomes_text(value):
    assert isinstance(line(value), str) and isinstance(prose(value), str)
    assert "\n" not in line(value)
