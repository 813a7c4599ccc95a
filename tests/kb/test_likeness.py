"""Near-duplicates: found from the vectors that are there, judged by people, who are asked once."""

import numpy as np
from sqlalchemy import select, update

from kb import embeddings, likeness
from kb.embeddings import Embedding
from kb.likeness import Likeness
from tests import make


def near(runtime):
    """Embed what waits and look for pairs as the worker does."""
    while embeddings.refresh(runtime.sessions, runtime.encoder):
        pass
    with runtime.writing() as db:
        pairs = likeness.near_pairs(db, runtime.encoder.recipe.fingerprint())
        likeness.keep(db, pairs, now=make.NOON)
        db.commit()
    return pairs


def written(runtime, *articles):
    with runtime.writing() as db:
        for more in articles:
            make.article(db, **more)
        db.commit()


TEA = {"title": "Tea is cold", "issue": "The kettle lost power.", "resolution": "Plug it in."}


def test_two_articles_that_say_the_same_are_found_and_a_third_is_not(runtime):
    written(runtime, {}, {"environment": "Platform: Windows 10"}, TEA)
    assert list(near(runtime)) == [(1, 2)]


def test_what_is_archived_is_compared_with_nothing(runtime):
    written(runtime, {}, {"confidence": "archived"})
    assert near(runtime) == {}


def test_one_that_was_judged_is_not_asked_about_again_and_one_that_changed_is_forgotten(runtime):
    written(runtime, {}, {}, TEA, TEA)
    assert set(near(runtime)) == {(1, 2), (3, 4)}
    with runtime.writing() as db:
        first = db.scalars(select(Likeness).where(Likeness.article_id == 1)).one()
        likeness.apart(db, first, actor=make.person(db, "cleo"), now=make.NOON)
        db.execute(update(Embedding).where(Embedding.item_id == 4).values(recipe="another"))
        db.commit()
    near(runtime)
    with runtime.reading() as db:
        kept = db.scalars(select(Likeness)).all()
        assert [(one.article_id, one.other_id, one.apart_at) for one in kept] == [(1, 2, make.NOON)]


def test_ten_thousand_vectors_are_compared_in_blocks_exactly(db, monkeypatch):
    monkeypatch.setattr(likeness, "BLOCK", 3)
    chance = np.random.default_rng(7)
    vectors = chance.standard_normal((10, 8)).astype(np.float32)
    vectors[7] = vectors[2] + 0.01
    vectors[9] = vectors[0] + 0.01
    ids = [make.article(db, title=f"Article {n}").id for n in range(10)]
    for number, (item_id, vector) in enumerate(zip(ids, vectors, strict=True)):
        row = {
            "corpus": "article",
            "item_id": item_id,
            "part": "title",
            "ordinal": 0,
            "scope": "x",
            "text": "x",
        }
        more = {"text_hash": "x", "recipe": "test", "stale": False, "sequence": 10_000 + number}
        db.add(Embedding(**row, **more, vector=vector.tobytes()))
    db.flush()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    wanted = {(ids[a], ids[b]) for a, b in np.argwhere(np.triu(unit @ unit.T > likeness.NEAR, 1))}
    assert {(ids[2], ids[7]), (ids[0], ids[9])} <= wanted
    assert set(likeness.near_pairs(db, "test")) == wanted
