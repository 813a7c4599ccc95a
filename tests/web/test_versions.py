"""Old versions: any two are compared, and one is brought back as a new one."""

from kb.article import Article
from tests import make


def revise(browser, article, version, **more):
    return browser.post(f"/articles/{article}/edit", **{**make.content().values(), **more}, version=version)


def test_any_two_versions_are_compared_word_by_word(ben, article):
    revise(ben, article, 1, cause="The update switches power saving on.")
    revise(ben, article, 2, cause="The driver switches power saving on.")
    text = ben.get(f"/articles/{article}/versions/3").text
    assert "removed: </span>update<span" in text
    assert "added: </span>driver<span" in text
    assert "added: </span>" in ben.get(f"/articles/{article}/versions/3?against=1&view=beside").text
    assert "say the same" in ben.get(f"/articles/{article}/versions/3?against=3").text
    assert ben.get(f"/articles/{article}/versions/3?against=9").status_code == 404


def test_ben_restores_a_version_as_a_new_one(ben, article, runtime):
    revise(ben, article, 1, cause="Wrong")
    assert ben.post(f"/articles/{article}/versions/1/restore", seen=2).status_code == 303
    with runtime.reading() as db:
        row = db.get_one(Article, 1)
        assert [version.content.cause for version in row.versions] == [
            make.content().cause,
            "Wrong",
            make.content().cause,
        ]
        assert row.current.note == "Version 1 restored"


def test_restoring_does_not_undo_what_came_in_meanwhile(ben, cleo, article):
    revise(ben, article, 1, cause="Wrong")
    revise(cleo, article, 2, cause="Right")
    assert ben.post(f"/articles/{article}/versions/1/restore", seen=2).status_code == 409
