"""The desk's own incidents, asked again: in their first words, against what there was then, and gone on with."""

import pytest

from assistant import worker
from assistant.backtest import cases, contest, knowing, reading, run
from assistant.backtest.outcome import Outcome
from assistant.desk import jobs, laboratory, lifecycle, link, nightly
from assistant.desk.incident import Incident
from assistant.desk.laboratory import LaboratoryRun
from index import fusion
from index.encoder import HashEncoder
from index.recipe import Recipe
from kb import authoring
from kb.article import Article
from tests import make
from tests.backtest.conftest import day, solve
from tests.web.world import showing

pytestmark = pytest.mark.both


def loaded(runtime):
    with runtime.reading() as db:
        return {case.incident_id: case for case in cases.load(db, now=runtime.now())}


def outcomes(runtime, tell=lambda *_: None):
    made = run.carry_out(runtime, tell)
    with runtime.reading() as db:
        kept = db.get_one(LaboratoryRun, made.id).outcomes
    return {one["incident_id"]: Outcome.read(one) for one in kept}


def shown(outcome):
    return [(sight.corpus, sight.item_id) for sight in outcome.shown]


def test_an_incident_is_asked_in_the_words_it_was_recorded_with(runtime, history):
    with runtime.writing() as db:
        incident = db.get_one(Incident, history["open"])
        for title in ("Badge reader has no current", "Badge reader: fuse 7 is blown"):
            changes = {"title": title, "symptoms": "The fuse is blown."}
            seen = {"seen": incident.version, "actor": make.person(db), "now": day(5, 1)}
            lifecycle.edit(db, incident, changes, **seen)
        db.commit()
    assert loaded(runtime)[history["open"]].text == "Badge reader is dark"


def test_neither_its_resolution_nor_a_later_note_is_asked(runtime, history):
    case = loaded(runtime)[history["jam"]]
    assert case.text == "Printer eats the paper\nIt jams at the rollers."


def test_an_article_and_the_incidents_that_it_solved_are_one_answer(runtime, history):
    answers = loaded(runtime)[history["second drop"]].answers
    assert set(answers) == {("article", history["tunnel"]), ("incident", history["first drop"])}
    assert len(set(answers.values())) == 1


def test_what_nobody_confirmed_is_asked_but_not_judged(runtime, history):
    found = outcomes(runtime)
    assert not found[history["open"]].judged
    assert found[history["jam"]].judged


def test_a_link_that_failed_confirms_nothing(runtime, history):
    with runtime.writing() as db:
        for one in db.get_one(Incident, history["jam again"]).links:
            one.failed_at = day(5)
        db.commit()
    assert not loaded(runtime)[history["jam again"]].answers


def test_nothing_that_came_later_can_be_found(runtime, history):
    found = outcomes(runtime)
    assert shown(found[history["first drop"]]) == [("article", history["tunnel"])]
    assert ("incident", history["second drop"]) not in shown(found[history["second drop"]])
    assert ("article", history["rollers"]) not in shown(found[history["jam"]])


def test_an_incident_whose_article_was_written_from_it_was_new(runtime, history):
    found = outcomes(runtime)
    assert found[history["jam"]].answers == 0
    assert found[history["jam again"]].answers == 1
    assert found[history["jam again"]].right


def test_an_article_is_found_as_it_was_then(runtime, history):
    """What was learned from an incident and written into its article does not help to find it for that incident."""
    with runtime.writing() as db:
        tunnel, cleo = db.get_one(Article, history["tunnel"]), make.person(db, "cleo")
        odd = make.incident(db, "Samovar kettle quagga", text="", now=day(5, 1))
        solve(db, odd, tunnel, at=day(5, 3))
        better = make.content(issue="Samovar kettle quagga drops the VPN.")
        authoring.revise(db, tunnel, better, seen=1, actor=cleo, now=day(5, 3))
        later = make.incident(db, "Samovar kettle quagga again", text="", now=day(5, 5))
        solve(db, later, tunnel, at=day(5, 6))
        ids = odd.id, later.id
        db.commit()
    before, after = map(outcomes(runtime).get, ids)
    versions = [
        {sight.item_id: sight.version for sight in one.shown if sight.corpus == "article"}
        for one in (before, after)
    ]
    assert versions[0].get(history["tunnel"], 1) == 1
    assert versions[1][history["tunnel"]] == 2
    assert not before.right or before.chance < after.chance


def test_nothing_of_a_restricted_group_is_found_for_those_outside(runtime, history):
    with runtime.writing() as db:
        staff = make.group(db, "Staff matters", make.person(db), restricted=True)
        secret = make.article(db, audience="team", team_id=staff.id, title="VPN drops: she was dismissed")
        hidden = make.incident(db, "VPN drops after dismissal", restricted_to=staff, now=day(1, 5))
        solve(db, hidden, secret, at=day(1, 6))
        inside = make.incident(db, "VPN drops since dismissal", restricted_to=staff, now=day(2, 5))
        solve(db, inside, secret, at=day(2, 6))
        ids = hidden.id, inside.id, secret.id
        db.commit()
    found = outcomes(runtime)
    outside = shown(found[history["second drop"]])
    assert ("article", ids[2]) not in outside and ("incident", ids[0]) not in outside
    assert ("article", ids[2]) in shown(found[ids[1]])


def test_a_number_that_is_quoted_brings_nothing_of_later_or_of_others(runtime, history):
    """Numbers are looked up directly, not among what may be read."""
    with runtime.writing() as db:
        staff = make.group(db, "Staff matters", restricted=True)
        hidden = make.incident(db, "Secret", restricted_to=staff, now=day(1))
        hidden.resolution, hidden.phase, hidden.resolved_at = "Done.", "closed", day(1, 1)
        quoted = ("second drop", history["second drop"]), ("hidden", hidden.id)
        numbers = " ".join(f"INC-{number:06d}" for _, number in quoted) + " INC-999999"
        asks = make.incident(db, f"As in {numbers}", text="", now=day(2, 1))
        db.flush()
        asked = asks.id
        db.commit()
    assert shown(outcomes(runtime)[asked]) != []
    assert not {("incident", number) for _, number in quoted} & set(shown(outcomes(runtime)[asked]))


def test_an_answer_that_those_who_work_on_it_may_not_read_is_not_held_against_the_desk(runtime, history):
    with runtime.writing() as db:
        article = db.get_one(Article, history["rollers"])
        article.audience, article.team_id = "team", make.group(db, "Another team").id
        jam = db.get_one(Incident, history["jam"])
        jam.restricted_to_id = article.team_id
        db.commit()
    found = outcomes(runtime)
    assert not found[history["jam again"]].judged
    assert found[history["second drop"]].judged


def test_an_answer_that_was_not_found_first_says_where_it_stood_and_why(runtime, history):
    with runtime.writing() as db:
        vpn = make.article(db, title="Samovar kettle", issue="Samovar kettle.", resolution="Descale it.")
        odd = make.incident(db, "VPN drops every few minutes", text="", now=day(5, 1))
        solve(db, odd, vpn, at=day(5, 2))
        ids = odd.id, vpn.id
        db.commit()
    found = outcomes(runtime)[ids[0]]
    assert not found.right and found.place != 1
    assert found.answer[:2] == ("article", ids[1])
    assert found.shown_parts and sum(found.shown_parts.values()) > sum(found.answer_parts.values())


def test_an_incident_that_was_used_as_the_answer_is_one(runtime, history):
    with runtime.writing() as db:
        used = make.incident(db, "Badge reader stays dark", text="", now=day(5, 2))
        used.resolution, used.phase, used.state, used.resolved_at = "New fuse.", "closed", "closed", day(5, 3)
        again = make.incident(db, "Badge reader dark again", text="", now=day(5, 5))
        again.resolution, again.phase, again.state, again.resolved_at = "Fuse.", "closed", "closed", day(5, 6)
        db.flush()
        showing(db, again, "incident", used.id).choice = "used"
        ids = used.id, again.id
        db.commit()
    found = outcomes(runtime)[ids[1]]
    assert (found.answers, found.right) == (1, True)


class Stop(Exception):
    """The worker is asked to end."""


def test_a_run_that_was_broken_off_is_gone_on_with(runtime, history, monkeypatch):
    monkeypatch.setattr(run, "AT_ONCE", 1)
    asked = []
    real = contest.run

    def counting(then, some, contenders):
        asked.extend(case.incident_id for case in some)
        return real(then, some, contenders)

    monkeypatch.setattr(contest, "run", counting)

    def stop(step, done=0, of=0):
        if step.startswith("Asking") and done == 3:
            raise Stop

    with pytest.raises(Stop):
        run.carry_out(runtime, stop)
    made = run.carry_out(runtime, lambda *_: None)
    assert made.figures["asked"] == 5
    assert len(asked) == 6, "only the one during which it was stopped is asked twice"
    with runtime.reading() as db:
        assert [one.id for one in db.query(LaboratoryRun)] == [made.id]


def test_people_write_while_it_runs(runtime, history):
    def write(*_):
        with runtime.writing() as db:
            make.incident(db, "Written meanwhile", now=day(6))
            db.commit()

    assert run.carry_out(runtime, write).finished_at


def test_a_run_with_another_recipe_is_held_against_the_one_before(runtime, history, monkeypatch):
    run.carry_out(runtime, lambda *_: None)
    assert "since" not in run.carry_out(runtime, lambda *_: None).figures
    monkeypatch.setattr(run, "recipe_of", lambda _: "another model")
    since = run.carry_out(runtime, lambda *_: None).figures["since"]
    assert (since["known"], since["nDCG@10"]) == (3, [0, 0, 0])


def test_other_weights_take_part_in_the_contest(runtime, history):
    nothing = dict.fromkeys(fusion.shipped_weights(), 0.0)
    found = loaded(runtime)
    with reading.opened(runtime, list(found.values()), lambda *_: None) as then:
        other = contest.with_weights("none", "Nothing counts", nothing)
        made = list(contest.run(then, list(found.values()), (*contest.CONTENDERS, other)))
    assert all(one.places["none"] == [] for one in made)
    assert any(one.places["product"] for one in made)


def test_only_the_newest_incidents_are_asked(runtime, history):
    with runtime.reading() as db:
        found = cases.load(db, now=runtime.now(), most=1)
    judged = [case.incident_id for case in found if case.answers]
    assert judged == [history["jam again"]]


def test_without_a_model_it_measures_what_is_left(runtime, history):
    runtime.live.encoder = None
    runtime.live.fingerprint = None
    made = run.carry_out(runtime, lambda *_: None)
    assert made.recipe.startswith("words only")
    assert made.figures["contenders"]["product"]["recall@10"][0] > 0


def test_the_worker_does_it_as_a_job(runtime, history):
    with runtime.writing() as db:
        asked = jobs.ask(db, laboratory.SUBJECT, now=runtime.now()).id
        db.commit()
    worker.run_long_job(runtime, runtime.now())
    with runtime.reading() as db:
        assert db.get_one(jobs.Job, asked).done_at
        assert laboratory.last(db).figures["known"] == 3


def test_it_runs_at_night_when_somebody_wants_it(runtime, history):
    with runtime.writing() as db:
        plan = {"nightly": True, "hour": 3}
        nightly.plan(db, plan, seen=0, actor=make.person(db, "dan"), now=day(6), subject="laboratory")
        db.commit()
    worker.ask_nightly(runtime, day(6, 1))
    with runtime.reading() as db:
        assert jobs.waiting(db) == len([job for job in db.query(jobs.Job) if job.kind != "laboratory"])
    worker.ask_nightly(runtime, day(6, 20))
    with runtime.reading() as db:
        assert [job.kind for job in db.query(jobs.Job) if job.kind in nightly.SUBJECTS] == ["laboratory"]


def test_the_outcomes_of_old_runs_are_forgotten_and_their_figures_kept(runtime, history, monkeypatch):
    monkeypatch.setattr(laboratory, "KEPT", 2)
    for _ in range(3):
        run.carry_out(runtime, lambda *_: None)
    with runtime.reading() as db:
        runs = laboratory.past(db, 10)
        assert [bool(one.outcomes) for one in runs] == [False, True, True]
        assert all(one.figures["known"] == 3 for one in runs)


def test_the_link_of_the_incident_itself_does_not_make_it_its_own_answer(runtime, history):
    for case in loaded(runtime).values():
        assert ("incident", case.incident_id) not in case.answers


def test_a_link_for_reference_is_no_answer(runtime, history):
    with runtime.writing() as db:
        article = db.get_one(Article, history["tunnel"])
        link.add(db, db.get_one(Incident, history["open"]), article, "reference", actor=None, now=day(5))
        db.commit()
    assert not loaded(runtime)[history["open"]].answers


class Blind(HashEncoder):
    """A model for which all texts mean the same."""

    def __init__(self):
        super().__init__()
        self.recipe = Recipe("blind", "1", 64, "sum", 10_000)

    def encode(self, texts):
        return super().encode(["the same"] * len(texts))


def test_another_model_is_tried_on_the_same_incidents_and_nothing_is_kept(runtime, history):
    same = run.trial(runtime, HashEncoder(), lambda *_: None)
    assert (same["known"], same["nDCG@10"]) == (3, [0, 0, 0])
    with runtime.writing() as db:
        for number in range(12):  # more that could be found by chance
            other = make.article(db, title=f"Kettle {number}", issue="Descale it.")
            other.created_at = other.versions[0].at = day(0)
        db.commit()
    blind = run.trial(runtime, Blind(), lambda *_: None)
    assert blind["known"] == 3 and blind["MRR@10"][0] <= 0
    with runtime.reading() as db:
        assert db.query(LaboratoryRun).count() == 0


def test_what_is_known_of_an_item_is_what_was_known_then(runtime, history):
    """Neither the use of an article in this very incident, nor what happened or was decided later."""
    with runtime.writing() as db:
        tunnel, cleo = db.get_one(Article, history["tunnel"]), make.person(db, "cleo")
        authoring.set_state(db, tunnel, confidence="not_validated", actor=cleo, now=day(5, 2))
        moved = db.get_one(Incident, history["second drop"])
        changes = {"service_id": make.service(db, "Kettles").id}
        lifecycle.edit(db, moved, changes, seen=moved.version, actor=cleo, now=day(5, 3))
        db.commit()
    found = loaded(runtime)
    assert found[history["second drop"]].occasion.service_id is None
    knows, item = knowing.as_of(runtime), ("article", history["tunnel"])
    told = [knows(found[history[name]], [item])[item] for name in ("first drop", "second drop", "open")]
    assert [(one.held, one.of, one.validated) for one in told] == [(0, 0, True), (1, 1, True), (2, 2, True)]
