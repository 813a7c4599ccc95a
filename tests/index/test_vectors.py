"""The dense half: exact answers, permission inside the search, files that are whole or refused."""

from pathlib import Path
from threading import Thread

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexDamaged, RecipeMismatch
from index.hits import Allowed
from index.vectors import Entry, Vectors

DIMENSION = 16
RECIPE = "recipe"


def unit(rng, count=1):
    vectors = rng.normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(count=200, seed=0, scopes=("incident", "incident:group:1")):
    rng = np.random.default_rng(seed)
    vectors = unit(rng, count)
    index = Vectors(RECIPE, DIMENSION)
    entries = [
        Entry(
            number, f"incident:{number // 2}", scopes[number // 2 % len(scopes)], "symptoms", vectors[number]
        )
        for number in range(count)
    ]
    index.put(entries)
    return index, entries


def exact(entries, query, k, allowed=None):
    """Score everything in plain numpy and keep the best passage of each item."""
    best = {}
    for entry in entries:
        if allowed is None or entry.scope in allowed.scopes or entry.item in allowed.items:
            score = float(entry.vector.astype(np.float16).astype(np.float32) @ query)
            best[entry.item] = max(best.get(entry.item, -2.0), score)
    return sorted(best.items(), key=lambda pair: -pair[1])[:k]


def same(hits, wanted):
    return [hit.item for hit in hits] == [item for item, _ in wanted] and np.allclose(
        [hit.score for hit in hits], [score for _, score in wanted], atol=1e-5
    )


def test_ben_gets_exactly_the_nearest_items_each_by_its_best_passage():
    index, entries = filled()
    query = unit(np.random.default_rng(9))[0]
    assert same(index.search(query, 10), exact(entries, query, 10))


def test_a_search_leaves_the_other_processors_alone_whichever_thread_asks():
    index, entries = filled()
    used = []

    def ask():
        index.search(entries[0].vector, 10)
        used.append(faiss.omp_get_max_threads())

    asking = Thread(target=ask)
    asking.start()
    asking.join()
    assert used == [1]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), groups=st.integers(1, 40), mine=st.integers(0, 39), k=st.integers(1, 30))
def test_what_ben_may_not_read_changes_nothing_of_what_he_finds(seed, groups, mine, k):
    scopes = tuple(f"incident:group:{number}" for number in range(groups))
    index, entries = filled(400, seed, scopes)
    allowed = Allowed(frozenset({f"incident:group:{mine}"}), frozenset({"incident:3"}))
    query = unit(np.random.default_rng(seed + 1))[0]
    hits = index.search(query, k, allowed)
    assert same(hits, exact(entries, query, k, allowed))
    alone = Vectors(RECIPE, DIMENSION)
    alone.put([entry for entry in entries if entry.scope in allowed.scopes or entry.item in allowed.items])
    assert same(alone.search(query, k), [(hit.item, hit.score) for hit in hits])


def test_what_lies_between_two_numbers_is_rounded_as_on_a_shelf():
    numbers = np.arange(1000, 1000 + DIMENSION + 1, dtype=np.uint16).view(np.float16).astype(np.float32)
    between = (numbers[:-1] + numbers[1:]) / 2
    index = Vectors(RECIPE, DIMENSION)
    index.put([Entry(1, "incident:1", "incident", "symptoms", between)])
    assert index.held({"incident:1"}).vectors[0].tolist() == between.astype(np.float16).astype(float).tolist()


def test_nothing_is_found_where_nothing_is_allowed():
    index, _ = filled()
    assert index.search(unit(np.random.default_rng(1))[0], 5, Allowed(frozenset({"article:public"}))) == []


def test_a_passage_that_is_put_again_is_found_by_its_new_text_only():
    index, _ = filled(20)
    rng = np.random.default_rng(5)
    moved = unit(rng)[0]
    index.put([Entry(4, "incident:99", "incident", "resolution", moved)])
    hits = index.search(moved, 1)
    assert (hits[0].id, hits[0].item, hits[0].part) == (4, "incident:99", "resolution")
    assert index.count == 20
    assert index.score([moved], {"incident:2"})[0]["incident:2"][0].id == 5


def test_a_dropped_passage_is_gone_even_after_packing():
    index, entries = filled(3000)
    query = entries[2500].vector
    index.drop(range(2000))
    assert index.count == 1000
    assert same(index.search(query, 5), exact(entries[2000:], query, 5))
    index.drop([2500, 2501, 77_777])
    assert "incident:1250" not in {hit.item for hit in index.search(query, 50)}


def test_every_passage_of_an_item_can_be_scored_best_first():
    index, entries = filled(10)
    (scores,) = index.score([entries[6].vector], {"incident:3", "incident:404"})
    assert [hit.id for hit in scores["incident:3"]] == [6, 7]
    assert list(scores) == ["incident:3"]


def test_vectors_of_another_length_are_refused():
    index, _ = filled(4)
    with pytest.raises(RecipeMismatch):
        index.put([Entry(1, "incident:1", "incident", "title", np.ones(3, dtype=np.float32))])
    with pytest.raises(RecipeMismatch):
        index.search(np.ones(3, dtype=np.float32), 1)


def test_a_saved_index_answers_as_before(tmp_path: Path):
    index, _ = filled()
    index.drop([0, 1])
    index.sequence = 41
    index.save(tmp_path)
    index.save(tmp_path)
    loaded = Vectors.load(tmp_path, RECIPE)
    query = unit(np.random.default_rng(2))[0]
    allowed = Allowed(frozenset({"incident"}))
    assert loaded.search(query, 9, allowed) == index.search(query, 9, allowed)
    assert (loaded.sequence, loaded.count) == (41, 198)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_snapshot_with_one_flipped_bit_is_refused(tmp_path: Path, share):
    index, _ = filled()
    index.save(tmp_path)
    path = next(tmp_path.glob("*.npz"))
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 4
    path.write_bytes(content)
    with pytest.raises(IndexDamaged):
        Vectors.load(tmp_path, RECIPE)


def test_a_snapshot_that_was_cut_short_is_refused(tmp_path: Path):
    index, _ = filled()
    index.save(tmp_path)
    path = next(tmp_path.glob("*.npz"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IndexDamaged):
        Vectors.load(tmp_path, RECIPE)


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"file": 3}', '{"file": "x", "sha256": "y"}'])
def test_a_snapshot_without_a_readable_manifest_is_refused(tmp_path: Path, manifest):
    index, _ = filled()
    index.save(tmp_path)
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(IndexDamaged):
        Vectors.load(tmp_path, RECIPE)


def test_a_snapshot_is_refused_where_there_is_none(tmp_path: Path):
    with pytest.raises(IndexDamaged):
        Vectors.load(tmp_path / "nowhere", RECIPE)


def test_a_snapshot_of_another_model_is_refused(tmp_path: Path):
    index, _ = filled()
    index.save(tmp_path)
    with pytest.raises(RecipeMismatch):
        Vectors.load(tmp_path, "another recipe")


def test_clearing_leaves_an_index_that_can_be_filled_again():
    index, entries = filled(6)
    index.clear()
    assert (index.count, index.sequence, index.ids()) == (0, 0, set())
    index.put(entries[:2])
    assert index.ids() == {0, 1}
