"""The lexical half: rare words, identifiers, permission inside the search, files that are whole or refused."""

import gc
import weakref
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.documents import FORM
from index.errors import IndexDamaged, WriterBusy
from index.hits import Allowed
from index.words import Entry, Words

TEXTS = {
    "incident:1": ("VPN drops", "The tunnel drops every few minutes since the update of the client"),
    "incident:2": ("Printer jams", "Paper jam in tray 2, error 0x80070005 on the display"),
    "incident:3": ("Mail is slow", "Outlook takes minutes to open the mailbox"),
    "article:7": ("VPN client loses the tunnel", "Set the MTU to 1300 and restart the client"),
}
AGENTS = Allowed(frozenset({"incident", "article:internal"}))


def entry(item, title, text, scope=None):
    usual = "article:internal" if item.startswith("article") else "incident"
    return Entry(
        item, scope or usual, title, text, (item.replace("incident:", "INC-").replace("article:", "KB-"),)
    )


@pytest.fixture
def words(tmp_path: Path):
    words = Words.create(tmp_path / "words")
    words.put(entry(item, *texts) for item, texts in TEXTS.items())
    words.commit(4)
    return words


def found(words, text, allowed=AGENTS, k=10):
    question = words.ask(text, allowed)
    evidence = words.weigh(question, {hit.item for hit in words.search(question, k, allowed)})
    return sorted(evidence, key=lambda item: (-len(evidence[item].identifiers), -evidence[item].score))


def test_ben_finds_what_shares_his_rare_words_whatever_their_ending(words):
    assert found(words, "the tunnels dropped")[0] == "incident:1"
    assert found(words, "jammed paper") == ["incident:2"]


def test_words_that_are_asked_do_not_all_have_to_be_there(words):
    assert found(words, "mailbox opens slowly after holiday in Portugal") == ["incident:3"]


@pytest.mark.parametrize("asked", ["0x80070005", "0X80070005 please", "INC-000002", "inc2"])
def test_an_identifier_leads_to_the_item_that_bears_it(words, asked):
    assert found(words, asked)[0] == "incident:2"


def test_a_word_of_the_title_counts_more(words):
    assert found(words, "vpn client")[0] == "article:7"


def test_ben_cannot_use_query_syntax(words):
    for text in ('item:"#mark"', "*", "(((", 'scope:incident AND "', "text:[a TO z]", "a OR b NOT c ^ 2 ~"):
        assert "#mark" not in found(words, text)


def test_nobody_finds_what_is_not_allowed(words):
    assert found(words, "tunnel", Allowed(frozenset({"article:internal"}))) == ["article:7"]
    assert found(words, "tunnel", Allowed(frozenset(), frozenset({"incident:1"}))) == ["incident:1"]
    assert found(words, "tunnel", Allowed(frozenset())) == []


@settings(max_examples=25, deadline=None)
@given(hidden=st.lists(st.text("abcdefg vpn tunnel", min_size=3, max_size=60), max_size=8))
def test_what_is_hidden_changes_neither_weights_nor_scores(tmp_path_factory, hidden):
    words = Words.create(tmp_path_factory.mktemp("words"))
    words.put(entry(item, *texts) for item, texts in TEXTS.items())
    words.commit(1)
    question = words.ask("vpn tunnel drops", AGENTS)
    before = question, words.weigh(question, TEXTS.keys()), found(words, "vpn tunnel drops")
    words.put(entry(f"incident:{90 + n}", text, text, "incident:group:9") for n, text in enumerate(hidden))
    words.commit(2)
    question = words.ask("vpn tunnel drops", AGENTS)
    assert (question, words.weigh(question, TEXTS.keys()), found(words, "vpn tunnel drops")) == before


def test_what_is_hidden_changes_no_count_of_single_items(words):
    mine = Allowed(frozenset({"article:internal"}), frozenset({"incident:1", "article:7", "incident:9"}))
    before = words.ask("vpn tunnel dropz", mine)
    words.put(entry(f"incident:{90 + n}", "VPN dropz", "tunnel " * n) for n in range(5))
    words.commit(5)
    assert words.ask("vpn tunnel dropz", mine) == before
    words.put([entry("incident:9", "VPN dropz", "tunnel")])
    words.commit(6)
    assert (before.items, words.ask("vpn tunnel dropz", mine).items) == (2, 3)


class Overtaken(frozenset):
    """Permission classes of a question during which another process commits: after each look through them."""

    reader = None

    def __iter__(self):
        yield from super().__iter__()
        if self.reader:
            self.reader.reload()


@pytest.mark.parametrize("items", [frozenset(), frozenset({"incident:3"})])
def test_a_question_that_the_index_overtakes_leaves_nothing_wrong_behind(words, items):
    words.put([entry("incident:90", "Badge reader", "The door stays shut", "incident:group:9")])
    words.commit(5)
    reader, agents = Words(words.folder), Allowed(AGENTS.scopes, items)
    reader.ask("tunnel", agents)
    before = Words(words.folder).ask("door", agents)
    words.put([entry("incident:8", "Badge reader", "The door stays shut")])
    words.commit(6)
    classes = Overtaken(AGENTS.scopes)
    classes.reader = reader
    assert reader.ask("door", Allowed(classes, items)) == before
    assert before.known == 0.0
    assert reader.ask("door", agents) == words.ask("door", agents)
    assert words.ask("door", agents).known == 1.0


def kept(words):
    """Return everything that an index holds in memory, by its id."""
    held, left = {}, [vars(words)]
    while left:
        one = left.pop()
        if id(one) not in held and not isinstance(one, type):
            held[id(one)] = one
            left += gc.get_referents(one)
    return held


def narrowed(words, question, number):
    """Ask a question of a thousand single items; return what says whether their names are still there."""
    allowed = Allowed(frozenset(), frozenset(f"incident:{one}" for one in range(number, number + 1000)))
    words.search(words.ask(question, allowed), 10, allowed)
    return weakref.ref(allowed.items)


def test_the_single_items_of_a_question_are_forgotten_with_it(words):
    before = len(kept(words))
    names = [narrowed(words, f"tunnel paper {number}", number) for number in range(16)]
    gc.collect()
    assert not [name for name in names if name()]
    assert len(kept(words)) - before < 1000  # not even the names of one question


def test_counts_of_single_items_have_a_bound(words, monkeypatch):
    monkeypatch.setattr("index.words.MOST_COUNTED", 20)
    narrowed(words, "tunnel", 0)
    before = len(kept(words))
    for number in range(100):
        narrowed(words, "tunnel", number)
    assert len(kept(words)) - before < 100
    assert found(words, "tunnel", Allowed(frozenset(), frozenset({"incident:1"}))) == ["incident:1"]


def test_a_replaced_item_is_found_by_its_new_text_only(words):
    words.put([entry("incident:1", "Badge reader", "The door stays shut")])
    assert found(words, "door") == []
    words.commit(5)
    assert found(words, "door") == ["incident:1"]
    assert "incident:1" not in found(words, "tunnel")
    assert words.count == 4


def test_a_dropped_item_is_gone(words):
    words.drop(["incident:1", "incident:404"])
    words.commit(6)
    assert words.items() == set(TEXTS) - {"incident:1"}
    assert words.sequence == 6


def test_a_reader_sees_what_another_process_committed(words):
    reader = Words(words.folder)
    words.put([entry("incident:8", "Badge reader", "The door stays shut")])
    words.commit(8)
    assert found(reader, "door") == []
    reader.reload()
    assert found(reader, "door") == ["incident:8"]
    assert reader.sequence == 8


def test_a_second_writer_is_told_to_wait_and_readers_go_on(words):
    words.put([entry("incident:8", "Badge reader", "The door stays shut")])
    other = Words(words.folder)
    with pytest.raises(WriterBusy):
        other.put([entry("incident:9", "x", "y")])
    with pytest.raises(WriterBusy):
        Words.create(words.folder)
    assert found(other, "tunnel")
    words.commit(9)
    other.put([entry("incident:9", "Fan", "noise")])
    other.commit(10)
    assert found(other, "noise") == ["incident:9"]


def test_scripts_without_spaces_can_be_searched(words):
    words.put([entry("incident:8", "半角のJが打てない", "html に書き込む際に半角が反応しない VSCode")])
    words.commit(8)
    assert found(words, "半角が打てない") == ["incident:8"]
    assert found(words, "打开vscode时") == ["incident:8"]


@pytest.mark.parametrize("text", ["", "   ", "\0", "the and of", "a" * 100_000, "\ud800", "🙂" * 50])
def test_any_text_can_be_asked_and_stored(words, text):
    words.put([entry("incident:8", text, text)])
    words.commit(8)
    found(words, text)


def test_an_index_that_is_not_there_is_named_as_damaged(tmp_path: Path):
    with pytest.raises(IndexDamaged):
        Words(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["term", "idx", "store", "fast", "fieldnorm"])
@pytest.mark.parametrize("harm", ["flip", "cut", "empty"])
def test_a_damaged_file_is_noticed_at_the_door(words, kind, harm):
    for path in words.folder.glob(f"*.{kind}"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 16
        path.write_bytes(
            content if harm == "flip" else content[: len(content) // 2] if harm == "cut" else b""
        )
    with pytest.raises(IndexDamaged):
        Words(words.folder)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"segments": [{"segment_id": "00000000"}]}'])
def test_an_unreadable_table_of_contents_is_noticed(words, text):
    (words.folder / "meta.json").write_text(text)
    with pytest.raises(IndexDamaged):
        Words(words.folder)


def test_what_a_writer_left_that_was_killed_before_its_commit_does_not_stop_the_next(words):
    meta = (words.folder / "meta.json").read_bytes()
    words.drop(["incident:1"])
    words.commit(9)
    (words.folder / "meta.json").write_bytes(meta)
    again = Words(words.folder)
    again.drop(["incident:1"])
    again.commit(9)
    assert "incident:1" not in Words(words.folder).items()


def test_an_index_of_another_form_has_to_be_built_again(words, monkeypatch):
    monkeypatch.setattr("index.documents.FORM", FORM + 1)
    with pytest.raises(IndexDamaged):
        Words(words.folder)
    assert Words.create(words.folder).count == 0


def test_an_index_that_vanishes_under_a_reader_is_named_not_a_crash(words):
    reader = Words(words.folder)
    (words.folder / "meta.json").unlink()
    with pytest.raises(IndexDamaged):
        reader.reload()
