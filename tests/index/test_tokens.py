"""How text becomes stems."""

from hypothesis import given
from hypothesis import strategies as st

from index.tokens import STOP, stems


def test_endings_do_not_matter_and_stop_words_are_left_out():
    assert stems("The printers were printing") == ["printer", "were", "print"]
    assert not STOP & set(stems("is it the one that was on"))


def test_a_joined_name_gives_itself_and_its_parts():
    assert stems("AlertmanagerClusterDown") == ["alertmanagerclusterdown", "alertmanag", "cluster", "down"]


def test_latin_words_are_found_inside_a_script_without_spaces():
    assert stems("打开VSCode时") == ["打开", "vscode", "vs", "code", "时"]
    assert stems("半角の打てない")[:2] == ["半角", "角の"]


def test_accents_do_not_matter():
    assert stems("café") == stems("cafe")


@given(st.text(max_size=300))
def test_any_text_gives_stems_without_spaces(text):
    assert all(stem and not stem.isspace() and " " not in stem for stem in stems(text))
