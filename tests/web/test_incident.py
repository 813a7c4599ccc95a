"""Looking at an incident: the page, its parts, what a requester sees of it."""

import pytest

from assistant.desk import conversation, lifecycle, link, relations
from tests import make

PARTS = {
    "head": "head",
    "facts": "facts",
    "timeline": "timeline",
    "say": "composer",
    "suggestions": "suggestions",
    "resolve": "resolve",
    "assign": "head",
    "move": "head",
    "more": "head",
}


def test_ben_sees_everything_about_it_on_one_page(ben, incident):
    text = ben.get(f"/incidents/{incident}").text
    for wanted in (
        "VPN drops every few minutes",
        "words</h2>",
        "Since the update",
        "P3 Medium",
        "What happened",
    ):
        assert wanted in text


@pytest.mark.parametrize("way", ["INC-000001", "inc-1", "1", "000001"])
def test_a_number_may_be_written_in_many_ways(ben, incident, way):
    assert ben.get(f"/incidents/{way}").status_code == 200


@pytest.mark.parametrize("number", ["0", "INC-", "x", "99999999999999999999", "-1", "1 OR 1=1"])
def test_an_odd_number_is_not_there(ben, incident, number):
    assert ben.get(f"/incidents/{number}").status_code == 404


@pytest.mark.parametrize(("part", "root"), PARTS.items())
def test_every_part_has_an_address_that_opens_the_whole_page_too(ben, incident, part, root):
    fragment = ben.get(f"/incidents/{incident}/{part}", htmx=True).text
    assert f'id="{root}"' in fragment.partition(">")[0]
    assert "<html" not in fragment
    page = ben.get(f"/incidents/{incident}/{part}").text
    assert "<html" in page
    assert f'id="{root}"' in page


def test_the_requesters_words_are_shown_as_they_are(ben, rows):
    with rows() as db:
        make.incident(db, text="<script>alert(1)</script> & “so”")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “so”" in ben.get("/incidents/1").text


def test_ada_reads_comments_and_no_work_notes(ada, rows, incident):
    with rows() as db:
        row = relations.by_number(db, incident)
        conversation.note(db, row, "She is impatient", actor=make.person(db), now=make.NOON)
        conversation.comment(db, row, "Try the cable", actor=make.person(db), now=make.NOON)
    text = ada.get(f"/incidents/{incident}").text
    assert "Try the cable" in text
    assert "impatient" not in text
    assert "impatient" not in ada.get(f"/incidents/{incident}/timeline", htmx=True).text
    assert "Assign" not in text.replace("Assigned", "")


def test_somebody_who_follows_it_may_read_it(eve, rows, incident):
    with rows() as db:
        row = relations.by_number(db, incident)
        lifecycle.watch(db, row, make.person(db, "eve"), actor=make.person(db), now=make.NOON)
    assert eve.get(f"/incidents/{incident}").status_code == 200


def test_related_incidents_that_ben_may_not_read_are_not_named(ben, rows, incident):
    with rows() as db:
        hr = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        secret = make.incident(db, "Secret pay", restricted_to=hr)
        row = relations.by_number(db, incident)
        relations.relate(db, row, secret, "related_to", actor=make.person(db, "mia"), now=make.NOON)
    assert "Secret pay" not in ben.get(f"/incidents/{incident}").text


def test_linked_articles_of_another_team_are_not_named(ben, rows, incident):
    with rows() as db:
        team = make.group(db, "Security", make.person(db, "mia"))
        secret = make.article(db, audience="team", team_id=team.id, title="Secret keys")
        row = relations.by_number(db, incident)
        link.add(db, row, secret, "reference", actor=make.person(db, "mia"), now=make.NOON)
    assert "Secret keys" not in ben.get(f"/incidents/{incident}/facts", htmx=True).text


def test_restricted_incidents_look_like_missing_ones(ben, rows):
    with rows() as db:
        hr = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        make.incident(db, "Secret pay", restricted_to=hr)
    for part in ("", *(f"/{part}" for part in PARTS)):
        assert ben.get(f"/incidents/1{part}").status_code == 404


def test_times_are_in_bens_zone_with_the_exact_one_on_hover(ben, rows, incident):
    with rows() as db:
        make.person(db, "ben").timezone = "Asia/Tokyo"
    assert 'title="Mon 2 Mar 2026, 21:00 JST"' in ben.get(f"/incidents/{incident}").text


def test_why_a_suggestion_is_there_stands_in_the_page_with_what_differs(ben, rows, incident, article, embed):
    with rows() as db:
        mine = relations.by_number(db, incident)
        mine.environment = "GlobalConnect 7.2 on macOS"
        mine.symptoms = "The VPN drops every few minutes."
    embed()
    text = ben.get(f"/incidents/{incident}/suggestions").text
    assert "<summary>Why this</summary>" in text
    assert "This incident says GlobalConnect 7.2, the article 6.2." in text
    assert "This incident says platform macOS, the article Windows 11." in text
    for number in ("7.2", "6.2"):
        assert f'<mark class="differs"><span class="seen">differs: </span>{number}</mark>' in text
