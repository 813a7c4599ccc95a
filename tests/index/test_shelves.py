"""Large permission classes have shelves: nearly exact, shared by processes, and blind for all other classes."""

import numpy as np
import pytest

from index import plan, shelf, vectors
from index.errors import IndexDamaged
from index.hits import Allowed
from index.vectors import Vectors
from tests.index.test_vectors import RECIPE, Entry, exact, same

DIMENSION = 128
GROUPS = 6
COUNT = 3000
SMALL = {
    "SHELVED_FROM": 50,
    "CELLS_FROM": 200,
    "ROWS_A_CELL": 20,
    "LEAST_PROBES": 12,
    "LEAST_PROPOSED": 600,
    "MOST_GROWN": 200,
}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Let what is large begin early."""
    for name, value in SMALL.items():
        monkeypatch.setattr(plan, name, value)


def unit(chance, count):
    """Return vectors of length 1."""
    drawn = chance.normal(size=(count, DIMENSION)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def made(seed=0, count=COUNT, groups=GROUPS):
    """Return passages of two for an item, around some topics, as texts are."""
    chance = np.random.default_rng(seed)
    topics = unit(np.random.default_rng(1), 40)
    drawn = topics[chance.integers(40, size=count)] + 0.6 * unit(chance, count)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    group = chance.integers(groups, size=count).repeat(2)
    return [
        Entry(n, f"incident:{n // 2}", f"incident:group:{group[n]}", "symptoms", drawn[n].astype(np.float32))
        for n in range(count)
    ]


def shelved(entries, folder):
    """Return an index that has put these on shelves."""
    index = Vectors(RECIPE, DIMENSION)
    index.put(entries)
    index.save(folder)
    assert index.shelves_offered(folder) == [] and Vectors.load(folder, RECIPE).count == len(entries)
    return index


def of_group(*groups):
    return Allowed(frozenset(f"incident:group:{group}" for group in groups))


def questions(count=30, seed=99):
    return [entry.vector for entry in made(seed, count)]


@pytest.mark.parametrize("allowed", [None, of_group(0), of_group(1, 2, 3), of_group(4, 5)])
def test_nearly_all_of_the_nearest_are_found_whatever_share_may_be_read(tmp_path, allowed):
    entries = made()
    index = shelved(entries, tmp_path)
    shares = []
    for query in questions():
        wanted = {item for item, _ in exact(entries, query, 10, allowed)}
        shares.append(len(wanted & {hit.item for hit in index.search(query, 10, allowed)}) / len(wanted))
    assert np.mean(shares) >= 0.98


def test_what_is_found_has_its_exact_score_on_a_shelf_and_beside_it(tmp_path):
    entries = made(count=400)
    loose = Vectors(RECIPE, DIMENSION)
    loose.put(entries)
    index = shelved(entries, tmp_path)
    for query in questions(5):
        beside = {hit.item: hit for hit in loose.search(query, 400)}
        for hit in index.search(query, 20):
            assert hit == beside[hit.item]
        items = {"incident:7", "incident:8", "incident:0"}
        assert index.score([query], items) == loose.score([query], items)


@pytest.mark.parametrize("seed", range(4))
def test_what_others_have_on_their_shelves_changes_nothing_of_what_ben_finds(tmp_path, seed):
    chance = np.random.default_rng(seed)
    entries = made(seed)
    mine = of_group(0, 3)
    own = Allowed(mine.scopes, frozenset({entries[5].item, entries[77].item}))
    index = shelved(entries, tmp_path)
    readable = [one for one in entries if one.scope in own.scopes or one.item in own.items]
    hidden = [one for one in entries if one not in readable]
    before = [index.search(query, 20, own) for query in questions()]
    for turn in range(4):
        gone = chance.permutation(len(hidden))[:400]
        index.drop(hidden[place].id for place in gone)
        more = made(seed + 100 + turn, 800)
        index.put(
            [
                Entry(
                    COUNT + 800 * turn + one.id,
                    f"incident:h{one.id}",
                    "incident:group:2",
                    "title",
                    one.vector,
                )
                for one in more
            ]
        )
        index.save(tmp_path)
        assert [index.search(query, 20, own) for query in questions()] == before
        assert [Vectors.load(tmp_path, RECIPE).search(query, 20, own) for query in questions()] == before


def test_a_passage_that_left_a_shelf_or_changed_is_found_by_what_it_says_now_only(tmp_path):
    entries = made()
    index = shelved(entries, tmp_path)
    moved = Entry(8, "incident:4", "incident:group:1", "resolution", questions(1)[0])
    index.drop(range(20, 40))
    index.put([moved])
    left = [one for one in entries if one.id != 8 and not 20 <= one.id < 40] + [moved]
    assert index.count == len(left) == len(index.ids())
    for query in [moved.vector, *(one.vector for one in entries[20:30])]:
        hits = index.search(query, 5)
        assert not {hit.id for hit in hits} & set(range(20, 40))
        assert hits[0].item == exact(left, query, 1)[0][0]
    loaded = Vectors.load(tmp_path, RECIPE)
    assert loaded.count == len(entries), "the snapshot is older"
    index.save(tmp_path)
    assert Vectors.load(tmp_path, RECIPE).ids() == index.ids()


def test_what_changes_while_a_shelf_is_made_is_not_lost(tmp_path, monkeypatch):
    entries = made(count=600, groups=1)
    index, write = Vectors(RECIPE, DIMENSION), shelf.write
    index.put(entries)
    late = Entry(3, "incident:1", "incident:group:0", "title", questions(1)[0])

    def meanwhile(*given):
        digests = write(*given)
        index.drop([10])
        index.put([late])
        return digests

    monkeypatch.setattr(vectors.shelf, "write", meanwhile)
    index.save(tmp_path)
    assert index.ids() == {one.id for one in entries} - {10}
    assert index.search(late.vector, 1)[0].id == 3
    assert Vectors.load(tmp_path, RECIPE).search(late.vector, 1)[0].id == 3


def test_everything_forgotten_while_a_shelf_is_made_stays_forgotten(tmp_path, monkeypatch):
    index, write = Vectors(RECIPE, DIMENSION), shelf.write
    index.put(made(count=600, groups=1))
    monkeypatch.setattr(vectors.shelf, "write", lambda *given: (write(*given), index.clear())[0])
    index.save(tmp_path)
    assert index.count == Vectors.load(tmp_path, RECIPE).count == 0


def test_a_class_whose_passages_all_left_has_no_shelf(tmp_path):
    entries = made(count=600, groups=2)
    index = shelved(entries, tmp_path)
    index.drop(one.id for one in entries if one.scope == "incident:group:0")
    index.save(tmp_path)
    assert index.search(entries[0].vector, 5, of_group(0)) == []
    assert len(list(tmp_path.glob("*.sketch"))) == 1


@pytest.mark.parametrize("kind", shelf.KINDS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_shelf_with_one_flipped_bit_or_cut_short_or_missing_is_refused(tmp_path, kind, share):
    shelved(made(count=400), tmp_path)
    path = min(tmp_path.glob(f"*.{kind}"))
    whole = path.read_bytes()
    at = int(len(whole) * share)
    for harmed in (whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :], whole[:at]):
        path.write_bytes(harmed)
        with pytest.raises(IndexDamaged):
            Vectors.load(tmp_path, RECIPE)
    path.unlink()
    with pytest.raises(IndexDamaged):
        Vectors.load(tmp_path, RECIPE)


def test_a_snapshot_whose_shelves_another_process_replaced_is_not_written(tmp_path):
    entries = made(count=400)
    first, second = shelved(entries, tmp_path), shelved(entries, tmp_path)
    with pytest.raises(IndexDamaged):
        first.save(tmp_path)
    assert second.ids() == Vectors.load(tmp_path, RECIPE).ids() == first.ids()
    assert first.search(entries[0].vector, 5) == second.search(entries[0].vector, 5), (
        "it goes on with what it has"
    )


def test_a_small_class_beside_the_shelves_is_searched_exactly(tmp_path):
    entries = made(count=400)
    few = [Entry(9000 + n, f"incident:f{n}", "incident", "title", v) for n, v in enumerate(questions(8, 5))]
    index = shelved([*entries, *few], tmp_path)
    allowed = Allowed(frozenset({"incident"}))
    for query in questions(5):
        assert same(index.search(query, 5, allowed), exact(few, query, 5, allowed))
