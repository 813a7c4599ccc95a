"""The page of the model: which one answers, what came of letting a copy learn, and one click back."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from assistant import worker
from assistant.backtest import promotion
from assistant.desk import jobs, site, tongue
from kb import beside
from tests import make

FOUND = {"nDCG@10": [0.04, 0.01, 0.07], "recall@1": [0.0, -0.02, 0.02], "recall@5": [0.0, -0.02, 0.02]}
FOUND |= {"recall@10": [0.0, -0.02, 0.02], "MRR@10": [0.03, 0.0, 0.06]}
CAME = {
    "kept": True,
    "by": "laboratory",
    "said": "On 120 incidents that did not teach it, nDCG@10 rises by 0.040 (+0.010 to +0.070), and nothing falls.",
    "pairs": {"pairs": 900, "held_back": 100, "before": 0.5, "after": 0.6, "low": 0.06, "high": 0.14},
    "laboratory": {
        "known": 120,
        **FOUND,
        "parts": [{"by": "service", "key": "Kettles", "known": 40, **FOUND}],
    },
}


@pytest.fixture
def adapted(rows):
    with rows() as db:
        beside.use(db, "own", "small+own", CAME, actor=None, now=make.NOON)
        jobs.note(db, tongue.SUBJECT, CAME, now=make.NOON)


def asked(rows):
    with rows() as db:
        return [job.kind for job in jobs.newest(db, tongue.KINDS)]


def test_a_desk_that_never_learned_says_so(cleo):
    text = cleo.get("/laboratory/model").text
    assert "as the desk came with it" in text
    assert "Go back to the model before" not in text and "What came of it" not in text


def test_the_menu_says_that_it_belongs_to_the_laboratory(cleo):
    assert '<a href="/laboratory" aria-current="page">Laboratory</a>' in cleo.get("/laboratory/model").text


def test_the_verdict_stands_with_its_figures_and_says_what_decided(cleo, adapted):
    text = " ".join(cleo.get("/laboratory/model").text.split())
    assert "<b>small+own</b>, put in use" in text and CAME["said"] in text
    assert "It was put in use; the laboratory decided" in text
    assert "service Kettles" in text and "+0.100" in text, "of the part, and of the texts held back"


@pytest.mark.parametrize(
    ("came", "stands"),
    [
        (asdict(promotion.nothing_taught("There are too few texts.")), "There are too few texts."),
        (
            {"pairs": CAME["pairs"]} | asdict(promotion.no_gain("Held-back ones are found as before")),
            "no gain",
        ),
        (CAME | asdict(promotion.decide("", CAME["laboratory"])), "rises by 0.040"),
    ],
    ids=["nothing taught", "no gain", "judged"],
)
def test_whatever_came_of_it_the_page_shows_it(cleo, rows, came, stands):
    with rows() as db:
        jobs.note(db, tongue.SUBJECT, came, now=make.NOON)
    page = cleo.get("/laboratory/model")
    assert page.status_code == 200 and stands in page.text


def test_cleo_lets_it_learn_once_and_sees_that_it_waits(cleo, rows):
    for _ in range(2):
        assert cleo.post("/laboratory/model/adapt").status_code == 303
    assert asked(rows) == [tongue.SUBJECT]
    part = cleo.get("/laboratory/model/work", htmx=True).text
    assert "waits for the worker" in part and "<html" not in part and "Adapt now" not in part


def test_dan_goes_back_with_one_click_and_the_nights_end(browser, rows, adapted):
    dan = browser("dan")
    assert dan.post("/laboratory/model/nightly", nightly="yes", hour="5", seen="0").status_code == 303
    assert dan.post("/laboratory/model/back").status_code == 303
    with rows() as db:
        assert site.of(db, "model") == {"nightly": False, "hour": 5}
        job = jobs.newest(db, [tongue.BACK])[0]
        assert job.payload == {"recipe": "", "actor_id": make.person(db, "dan").id}


def test_a_night_lets_it_learn_where_dan_wants_that(browser, rows, runtime):
    browser("dan").post("/laboratory/model/nightly", nightly="yes", hour="4", seen="0")
    worker.ask_nightly(runtime, runtime.now() + timedelta(days=1))
    assert asked(rows) == [tongue.SUBJECT]


def test_without_another_model_there_is_no_way_back(browser, rows):
    assert browser("dan").post("/laboratory/model/back").status_code == 303
    assert asked(rows) == []


def test_only_administrators_go_back_and_decide_about_the_nights(cleo, ben, adapted):
    assert "Go back to the model before" not in cleo.get("/laboratory/model").text
    assert cleo.post("/laboratory/model/back").status_code == 403
    assert cleo.post("/laboratory/model/nightly", nightly="yes", hour="5", seen="0").status_code == 403
    assert ben.get("/laboratory/model").status_code == 403
