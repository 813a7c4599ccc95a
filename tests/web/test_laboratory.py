"""What Cleo sees in the laboratory: figures with their sizes, the misses and why, any day once more."""

import re
from datetime import timedelta

import pytest

from assistant import worker
from assistant.backtest import honesty
from assistant.backtest.figures import ENOUGH
from assistant.desk import audit, jobs, laboratory, site
from assistant.desk.incident import Incident
from kb import authoring, tuning
from kb.article import Article
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def asked(runtime, rows):
    """Ids of what the laboratory asked: one found, one missed, one new, one of a restricted group."""
    with rows() as db:
        article, other = make.article(db), make.article(db, title="Samovar needs descaling")
        ids = {"article": article.id, "other": other.id}
        service = make.service(db, "Kettles")
        for name in ("found", "missed", "new"):
            ids[name] = make.incident(db, f"Kettle {name}", service=service).id
        make.resolved_by(db, db.get(Incident, ids["missed"]), article)
        staff = make.group(db, "Staff matters", restricted=True)
        ids["hidden"] = make.incident(db, "Secret kettle", restricted_to=staff).id
        right, wrong = ("article", article.id, 1, "issue", 0), ("article", other.id, 1, "issue", 0)
        parts = {"shown_parts": {"words": 5.0}, "answer_parts": {"words": 2.0, "meaning": 1.5}}
        about = {"service_id": service.id}
        make.laboratory(
            db,
            make.outcome(ids["found"], [1], right, chance=0.9, **about),
            make.outcome(ids["missed"], [4], wrong, right, chance=0.6, **parts, **about),
            make.outcome(ids["new"], [], wrong, answers=0, answer=None, place=None, chance=0.2, **about),
            make.outcome(ids["hidden"], [7], ("incident", ids["hidden"], 0, "", 0), right, **about),
            at=runtime.now(),
        )
    return ids


def test_an_empty_desk_says_what_is_needed(cleo, rows):
    with rows() as db:
        incident = make.incident(db)
        make.resolved_by(db, incident, make.article(db))
        incident.phase = incident.state = "closed"
    text = cleo.get("/laboratory").text
    assert "There was no run yet" in text
    assert "1 incident has a confirmed answer" in text and f"From {ENOUGH} on" in text


def test_figures_stand_with_their_sizes_and_the_lists_behind_them(cleo, asked):
    text = cleo.get("/laboratory").text
    assert "Over 3 incidents" in text
    assert "these figures say little yet" in text
    assert re.search(r"recall@1</th><td><b>0\.333</b>", text)
    assert '/laboratory/incidents?show=known">' in text
    assert "Words alone (BM25)" in text and "Meaning alone" in text
    assert "Kettles" in text and "English" in text


def test_each_drawing_says_what_it_shows_and_has_a_table(cleo, asked):
    text = cleo.get("/laboratory").text
    drawings = re.findall(r'<svg[^>]* aria-labelledby="(\S+) (\S+)">', text)
    assert len(drawings) == 2, "one run has no trend yet"
    for title, says in drawings:
        assert re.search(rf'<title id="{title}">\w+', text) and re.search(rf'<desc id="{says}">\w+', text)
    assert text.count("<summary>As a table</summary>") == 2


def test_two_runs_show_the_trend(cleo, asked, rows, runtime):
    with rows() as db:
        make.laboratory(db, make.outcome(asked["found"], [1]), at=runtime.now() + timedelta(days=1))
    assert "2 runs: nDCG@10 from" in cleo.get("/laboratory").text


def test_a_desk_that_is_worse_than_a_part_of_it_says_so(cleo, rows):
    with rows() as db:
        outcomes = [make.outcome(make.incident(db).id, [3]) for _ in range(5)]
        for one in outcomes:
            one.places["words"] = [1]
        make.laboratory(db, *outcomes)
    assert "The desk finds worse than one of its parts. recall@1: Words alone" in cleo.get("/laboratory").text


def test_the_worst_miss_stands_first_and_opens_with_one_click(cleo, asked):
    text = cleo.get("/laboratory").text
    assert f'href="/laboratory/incidents/{asked["missed"]}"' in text
    page = cleo.get(f"/laboratory/incidents/{asked['missed']}").text
    assert "first answer in place 4" in page
    assert "Samovar needs descaling" in page, "what came first"
    assert "VPN disconnects at intervals" in page, "what would have been right"
    assert "Words that it shares" in page and "+5.00" in page and "+3.50" in page
    assert "called 60% likely" in page


def test_under_the_lens_an_article_says_what_it_said_then(cleo, asked, rows):
    with rows() as db:
        newer = make.content(issue="Something else altogether.")
        article, ben = db.get(Article, asked["article"]), make.person(db)
        authoring.revise(db, article, newer, seen=1, actor=ben, now=make.NOON)
    page = re.sub("<[^>]*>", "", cleo.get(f"/laboratory/incidents/{asked['missed']}").text)
    assert "Version 1, as it was then" in page
    assert "after a Windows update" in page and "Something else altogether" not in page


def test_what_cleo_may_not_read_is_counted_and_not_shown(cleo, asked):
    for path in ("", "/incidents?show=misses", "/incidents?show=judged", "/days?day=2026-03-02"):
        assert "Secret kettle" not in cleo.get(f"/laboratory{path}").text
    assert "1 of them you may not read" in cleo.get("/laboratory/incidents?show=misses").text
    assert cleo.get(f"/laboratory/incidents/{asked['hidden']}").status_code == 404


def test_a_hit_that_cleo_may_not_read_has_no_name(cleo, asked, rows):
    with rows() as db:
        other = db.get(Article, asked["other"])
        other.audience, other.team_id = "team", make.group(db, "Kettle team").id
    for path in (f"/incidents/{asked['missed']}", "/incidents", "/days?day=2026-03-02", ""):
        text = cleo.get(f"/laboratory{path}").text
        assert "Samovar" not in text and "hat you may not read" in text


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("first", {"found"}),
        ("five", {"found", "missed"}),
        ("misses", {"missed"}),
        ("new", {"new"}),
        ("judged", {"found", "missed", "new"}),
        ("lost", set()),
        ("nonsense", {"missed"}),
    ],
)
def test_the_list_behind_a_figure_holds_what_it_counts(cleo, asked, show, names):
    text = cleo.get(f"/laboratory/incidents?show={show}").text
    assert set(re.findall(r"Kettle (\w+)</a>", text)) == names


def test_a_list_is_narrowed_by_service_and_language(cleo, asked, rows):
    with rows() as db:
        service = make.incident(db).service_id or 0
    path = "/laboratory/incidents?show=known&"
    assert "There are none here" in cleo.get(f"{path}service={service}").text
    assert "Kettle found" in cleo.get(f"{path}language=English").text
    assert "There are none here" in cleo.get(f"{path}language=").text


def test_a_day_is_replayed_in_the_time_of_who_looks(cleo, asked):
    text = cleo.get("/laboratory/days?day=2026-03-02").text
    assert re.findall(r"Kettle (\w+)</a>", text) == ["found", "missed", "new"]
    assert "Samovar needs descaling" in text and "VPN disconnects" in text
    assert "Nothing was asked again of this day" in cleo.get("/laboratory/days?day=2026-03-01").text


@pytest.mark.parametrize("day", ["", "yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_shows_the_newest_one(cleo, asked, day):
    assert "2 Mar 2026 once more" in cleo.get(f"/laboratory/days?day={day}").text


def test_incidents_of_the_day_that_were_not_asked_are_counted(cleo, asked, incident):
    assert "1 more was recorded on this day" in cleo.get("/laboratory/days?day=2026-03-02").text


def test_cleo_runs_it_and_sees_how_far_it_is(cleo, rows, runtime):
    with rows() as db:
        for number in range(2):
            incident = make.incident(db, now=make.NOON + timedelta(hours=1 + number))
            make.resolved_by(db, incident, db.get(Article, 1) or make.article(db))
            incident.phase = incident.state = "closed"
            incident.resolved_at = incident.recorded_at
    for _ in range(2):
        assert cleo.post("/laboratory/run").status_code == 303
    part = cleo.get("/laboratory/work", htmx=True).text
    assert "waits for the worker" in part and "<html" not in part and "Run it now" not in part
    with rows() as db:
        assert [job.kind for job in db.query(jobs.Job) if job.kind == "laboratory"] == ["laboratory"]
    worker.run_long_job(runtime, runtime.now())
    assert "Over 2 incidents" in cleo.get("/laboratory").text


def test_only_administrators_decide_about_the_nights(cleo, browser, rows):
    assert cleo.post("/laboratory/nightly", nightly="yes", hour="3", seen="0").status_code == 403
    assert "Every night" not in cleo.get("/laboratory").text
    dan = browser("dan")
    assert dan.post("/laboratory/nightly", nightly="yes", hour="99", seen="0").status_code == 422
    assert dan.post("/laboratory/nightly", nightly="yes", hour="4", seen="0").status_code == 303
    with rows() as db:
        assert site.of(db, "laboratory") == {"nightly": True, "hour": 4}
    assert dan.post("/laboratory/nightly", hour="5", seen="0").status_code == 409


def test_dan_goes_back_to_the_promises_as_shipped_and_forth_again(browser, rows, asked):
    with rows() as db:
        run = laboratory.last(db)
        learned = {"constant": 1.0, "slope": 1.0, "labels": 120}
        own = {"labels": 120, "learned": learned, "before": 0.2, "after": 0.05}
        run.figures = {**run.figures, "promise": own}
        honesty.take_over(db, own, now=make.NOON)
    dan = browser("dan")
    assert "their error falls from 0.200 to 0.050" in " ".join(dan.get("/laboratory").text.split())
    for way, there, used in (("shipped", "Use the desk", False), ("own", "Go back to the promises", True)):
        assert dan.post("/laboratory/promise", way=way).status_code == 303
        assert there in dan.get("/laboratory").text
        with rows() as db:
            assert (tuning.manner(db, None, {}).trust.of(0.3) > 0.3) is used
            entry = audit.newest(db, "tuning", tuning.newest(db, "promise").id)[0]
            assert entry.person.name.startswith("Dan")


def test_agents_do_not_enter(ben, asked):
    for path in ("", "/incidents", "/days", f"/incidents/{asked['found']}"):
        assert ben.get(f"/laboratory{path}").status_code == 403
    assert "Laboratory" not in ben.get("/incidents").text


def test_before_the_first_run_there_is_nothing_behind_the_figures(cleo):
    assert cleo.get("/laboratory/incidents").status_code == 404
    assert cleo.get("/laboratory/days").status_code == 404


def test_dan_goes_back_to_what_was_shipped_and_again_to_what_the_choices_taught(browser, cleo, asked, rows):
    with rows() as db:
        worth = {"labels": 300, "before": 0.5, "gain": [0.1, 0.05, 0.15], "better": True}
        run = laboratory.last(db)
        run.figures = {**run.figures, "learned": {"ranking": worth}}
        tuning.adopt(db, "ranking", {"words": 9.0}, worth, actor=None, now=make.NOON)
    dan = browser("dan")
    assert "<b>In use</b>" in cleo.get("/laboratory").text
    for way, button in (("shipped", "Use what was learned"), ("own", "Go back to what was shipped")):
        assert cleo.post("/laboratory/learned", kind="ranking", way=way).status_code == 403
        dan.post("/laboratory/learned", kind="ranking", way=way)
        text = dan.get("/laboratory").text
        assert button in text and "+0.100" in text
    assert dan.post("/laboratory/learned", kind="kettle", way="own").status_code == 404
