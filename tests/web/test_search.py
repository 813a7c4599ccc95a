"""One box for everything: found, labelled, never what the viewer may not read."""

import re

import pytest

from index.encoder import HashEncoder
from kb.feedback import Search
from tests import make

COUNT = re.compile(r"<span>([^<]+)</span> <small>(\d+)</small>")


def facets(answer):
    """Return what stands beside the list, with how many each has."""
    return dict(COUNT.findall(answer.text.partition('id="facets"')[2]))


def test_ben_finds_articles_and_incidents(ben, article, incident, embed):
    embed()
    text = ben.get("/search?q=VPN+drops+every+few+minutes").text
    assert f"/articles/{article}" in text
    assert f"/incidents/{incident}" in text
    assert "<mark>" in text


@pytest.mark.parametrize("number", ["INC-000001", "inc-1"])
def test_a_number_comes_first(ben, incident, article, number):
    text = ben.get(f"/search?q={number}").text
    assert text.index(f"/incidents/{incident}") < text.find(f"/articles/{article}") % (len(text) + 1)


@pytest.mark.parametrize(("who", "path"), [("ben", "/search"), ("ada", "/help")])
def test_it_says_how_mistyped_words_were_read(browser, article, embed, monkeypatch, who, path):
    monkeypatch.setattr(HashEncoder, "strangeness", lambda _, word: 4.0 if word in ("drps", "evry") else 1.2)
    embed()
    asked = browser(who).get(path, query_string={"q": "VPN drps evry few minutes"}).text
    assert "Read “drps” as “drops”, “evry” as “every”." in asked
    assert "Read “" not in browser(who).get(path, query_string={"q": "VPN drops every few minutes"}).text


def test_a_hit_says_in_what_it_differs_and_lays_a_long_question_beside_itself(ben, article, embed):
    embed()
    short = ben.get("/search?q=VPN+drops+every+few+minutes").text
    assert f"/articles/{article}" in short
    assert "Why this" not in short and "Differs" not in short
    differs = ben.get("/search?q=VPN+drops+with+GlobalConnect+7.2").text
    assert "Differs: GlobalConnect 6.2, your question 7.2" in differs
    assert "Your question says GlobalConnect 7.2, the article 6.2." in differs
    told = "On my way home in the train the VPN drops every few minutes and nobody knows why"
    long = ben.get("/search", query_string={"q": told}).text
    assert "<summary>Why this</summary>" in long and "Your question says" not in long
    assert "“On my way home in the train the <mark>" in long
    nothing = ben.get("/search", query_string={"q": "unicorn " * 20}).text
    assert f"/articles/{article}" in nothing and "Why this" not in nothing, "it would tell nothing"


@pytest.mark.both
@pytest.mark.parametrize("asked", ["Laptop 20", "lt-20981?", "It is lt-20981, again"])
def test_the_name_of_a_device_leads_to_what_happened_to_it(ben, rows, embed, asked):
    with rows() as db:
        laptop, other = make.item(db, "LT-20981"), make.item(db, "Laptop 20")
        here, there = make.incident(db, "Screen is dark"), make.incident(db, "Fan is loud")
        here.items, there.items = [laptop], [other]
    embed()
    name, found, left = (
        ("Laptop 20", "Fan is loud", "Screen is dark")
        if asked == "Laptop 20"
        else ("LT-20981", "Screen is dark", "Fan is loud")
    )
    text = ben.get("/search", query_string={"q": asked}).text
    assert text.count("is a configuration item") == 1 and f"{name} is a configuration item" in text
    link = re.search(r'href="(/search[^"]*)">incidents on it', text)[1].replace("&amp;", "&")
    narrowed = ben.get(link).text
    assert found in narrowed and left not in narrowed


def test_where_nothing_fits_well_no_hit_is_promised(ben, article, embed):
    embed()
    text = ben.get("/search?q=unicorn+saddle+polishing").text
    assert "Nothing fits well; this comes nearest." in text and "Possible</span>" not in text
    assert re.search(r'class="sure[^"]*">', ben.get("/search?q=VPN+drops+every+few+minutes").text)


def test_an_incident_in_the_search_is_called_one_beside_the_question(ben, rows, embed):
    with rows() as db:
        make.incident(db, "VPN drops", symptoms="It drops with GlobalConnect 6.2.")
    embed()
    text = ben.get("/search?q=VPN+drops+with+GlobalConnect+7.2").text
    assert "Your question says GlobalConnect 7.2, the incident 6.2." in text


def test_quotes_in_a_pasted_mail_are_no_filter_and_without_filters_there_are_none(ben, article, embed):
    embed()
    mail = (
        'Hello, in the train it says "connected again" - and then -sorry- the VPN drops every few minutes, '
    )
    mail += "and nobody in my team knows why"
    assert f"/articles/{article}" in ben.get("/search", query_string={"q": mail}).text
    narrow = ben.get("/search", query_string={"q": 'VPN "connected again" -minutes kind:article'}).text
    assert "Nothing was found" in narrow
    assert 'href="/search?q=VPN+connected+again">Search without the filters' in narrow
    quoted = ben.get("/search", query_string={"q": '"kind:article there is none"'}).text
    assert 'href="/search?q=kind:+article+there+is+none">Search without' in quoted, "a word, no operator"


def test_ada_is_answered_at_the_portal_with_what_is_meant_for_her(ada, rows, embed):
    with rows() as db:
        make.article(db, title="VPN for everybody")
        make.article(db, audience="internal", title="VPN secret")
        make.incident(db, "VPN of mine", symptoms="The VPN client was never licensed for her.")
    embed()
    answer = ada.get("/search?q=VPN", follow_redirects=True)
    assert answer.request.path == "/help"
    assert "VPN for everybody" in answer.text
    assert "VPN secret" not in answer.text
    assert "licensed" not in answer.text


@pytest.mark.both
@pytest.mark.parametrize("who", ["ben", "cleo", "dan"])
def test_restricted_incidents_are_neither_found_nor_counted_nor_named_by_a_phrase(browser, rows, embed, who):
    with rows() as db:
        hr = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        make.incident(db, "Payslip of the director", restricted_to=hr)
        make.incident(db, "Payslip is late")
    embed()
    for question in (
        "payslip",
        "payslip kind:incident",
        "kind:incident",
        '"of the director"',
        "group:HR",
        "INC-000001",
    ):
        answer, theirs = (
            browser(who).get("/search", query_string={"q": question}),
            browser("mia").get("/search", query_string={"q": question}),
        )
        assert "Payslip of the director" not in answer.text
        assert "/incidents/INC-000001" not in answer.text
        assert facets(answer).get("Incident", "0") == "0"
        assert question == "group:HR" or "Payslip of the director" in theirs.text


def test_ada_is_told_of_no_person_no_service_and_nobodys_incident_whatever_she_writes(ada, rows, embed):
    with rows() as db:
        make.service(db, "Secret service").audience = "desk"
        make.incident(db, "VPN of Eve", requester=make.person(db, "eve"))
    embed()
    for question in (
        "Eve",
        "kind:person",
        "kind:service",
        "service:",
        "requester:",
        "vpn kind:incident",
        "service:nothing",
    ):
        for address in ("/search", "/help"):
            text = ada.get(address, query_string={"q": question}, follow_redirects=True).text
            assert not [
                name for name in ("Eve Marsh", "Ben Sato", "Secret service", "VPN of Eve") if name in text
            ]


def test_filters_are_links_that_add_an_operator_and_chips_that_take_it_away(ben, rows, embed):
    with rows() as db:
        mail = make.service(db, "Mail & more")
        make.incident(db, "VPN and mail", service=mail)
        make.incident(db, "VPN only", state="resolved")
        make.article(db, title="VPN")
    embed()
    answer = ben.get("/search?q=vpn")
    assert facets(answer) == {
        "Incident": "2",
        "Article": "1",
        "New": "1",
        "Resolved": "1",
        "Validated": "1",
        "P3 Medium": "2",
        "Mail &amp; more": "1",
    }
    assert "Counted among the 3 that fit best." in answer.text
    assert "Counted among the 2 newest." in ben.get("/search?q=kind:incident").text
    link = re.search(r'href="(/search\?q=vpn[^"]*Mail[^"]*)"', answer.text)[1].replace("&amp;", "&")
    narrowed = ben.get(link)
    assert "VPN and mail" in narrowed.text and "VPN only" not in narrowed.text
    assert re.search(
        r'<a href="/search\?q=vpn" aria-current="true"><span class="soft">Service</span> Mail', narrowed.text
    )


def test_what_is_wrong_is_said_at_the_box_and_nothing_typed_is_lost(ben, incident, embed):
    embed()
    answer = ben.get("/search", query_string={"q": 'vpn service:"No such <b>" colour:red'})
    assert answer.status_code == 200
    assert "service: does not know “No such &lt;b&gt;”, so it is left out." in answer.text
    assert "There is no “colour:” here" in answer.text
    assert 'value="vpn service:&#34;No such &lt;b&gt;&#34; colour:red"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f"/incidents/{incident}" in answer.text


@pytest.mark.parametrize("typed", ["INC-000001", "inc1", "inc 1", "#1", "INC-1?"])
def test_under_a_number_nothing_else_is_promised(ben, incident, rows, embed, typed):
    with rows() as db:
        make.incident(db, "INC-1 is like this one")
    embed()
    text = ben.get("/search", query_string={"q": typed}).text
    assert text.count('class="gold">This number') == 1
    assert text.index("This number") < text.index("Nothing that is written fits well; this comes nearest.")
    assert "Possible</span>" not in text and "ikely</span>" not in text


@pytest.mark.parametrize(
    ("typed", "told"),
    [("INC-999", True), ("kb 999", True), ("#999", True), ("999", False), ("KB5034441", False)],
)
def test_a_number_that_nothing_bears_is_told_unless_it_may_be_a_code_of_others(
    ben, incident, embed, typed, told
):
    embed()
    text = ben.get("/search", query_string={"q": typed}).text
    assert ("Nothing that you may read has this number." in text) == told


def test_a_code_of_others_is_promised_though_it_looks_like_a_number(ben, rows, embed):
    with rows() as db:
        make.article(db, title="Setup ends with error KB5034441", issue="KB5034441 is not installed.")
    embed()
    assert "Very likely</span>" in ben.get("/search?q=KB5034441").text


def test_while_an_operator_is_typed_nobody_is_told_that_there_is_nothing(ben, incident, embed):
    embed()
    assert "Nothing was found" not in ben.get("/search?q=priority:").text
    assert "Nothing was found" in ben.get("/search?q=kind:incident+priority:p1").text


def test_it_says_how_the_box_may_go_on_without_javascript_too(ben, rows):
    with rows() as db:
        make.service(db, "Remote access")
        make.service(db, "Old mail").active = False
    assert 'href="/search?q=vpn+service:"' in ben.get("/search?q=vpn+serv").text
    assert "service:&#34;Remote access&#34;" in ben.get("/search?q=vpn+service:rem").text
    assert 'href="/search?q=service:"' in ben.get("/search").text


def test_there_is_more_to_show(ben, rows, embed):
    with rows() as db:
        for number in range(25):
            make.incident(db, f"VPN drops {number}")
    embed()
    first = ben.get("/search?q=vpn")
    assert first.text.count('<article class="answer">') == 20
    more = re.search(r'id="more" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert ben.get(more).text.count('<article class="answer">') == 25
    assert 'id="more"' not in ben.get(more).text


def test_a_saved_search_stays_it_when_more_is_shown_and_the_address_tells_how_much(ben, rows, embed):
    with rows() as db:
        for _ in range(25):
            make.incident(db, "VPN drops")
    embed()
    saved = ben.get(ben.post("/views", name="Open VPN", q="vpn").location)
    part = re.search(r'id="more" href="[^"]+" hx-get="([^"]+)"', saved.text)[1].replace("&amp;", "&")
    answer = ben.get(f"{part}&q=vpn", htmx=True)
    assert answer.text.count('<article class="answer">') == 25
    assert answer.headers["HX-Replace-Url"] == "/search?q=vpn&view=1&upto=40"
    again = ben.get(answer.headers["HX-Replace-Url"])
    assert again.text.count('<article class="answer">') == 25 and "<title>Open VPN" in again.text
    assert ben.get("/search?q=vpn&typing=yes", htmx=True).headers["HX-Replace-Url"] == "/search?q=vpn"


def test_the_second_page_of_a_saved_list_is_of_the_same_name(ben, rows):
    with rows() as db:
        for _ in range(60):
            make.incident(db, "VPN drops")
    first = ben.get(ben.post("/views", name="All of it", list="all").location)
    second = re.search(r'href="([^"]*after=[^"]*)"', first.text)[1].replace("&amp;", "&")
    assert "<title>All of it" in first.text and "<title>All of it" in ben.get(second).text


def test_ben_saves_a_search_opens_it_from_the_menu_renames_and_removes_it(ben, incident, embed):
    embed()
    saved = ben.post("/views", name="Open VPN", q="vpn state:open")
    assert saved.location == "/search?q=vpn+state:open&view=1"
    opened = ben.get(saved.location)
    assert re.search(r'view=1" aria-current="page"><span class="cut">Open VPN', opened.text)
    assert "<title>Open VPN" in opened.text and f"/incidents/{incident}" in opened.text
    assert "Open VPN" in ben.get("/search").text.partition("Saved searches")[2]
    assert ben.post("/views/1/rename", name="VPN now", q="vpn state:open").location == saved.location
    assert ben.post("/views/1/remove").location == "/search?q=vpn+state:open"
    assert "is removed" in ben.get("/search").text
    assert "VPN now" not in ben.get("/search").text


def test_a_search_without_a_name_is_refused_with_the_search_still_there(ben, incident):
    answer = ben.post("/views", name=" ", q="vpn state:open")
    assert answer.status_code == 422
    assert "The view has no name." in answer.text
    assert 'value="vpn state:open"' in answer.text


def test_nothing_found_says_what_to_do(ben):
    assert "Try the words that the person used." in ben.get("/search?q=xyzzy").text
    assert "INC-000042" in ben.get("/search").text


def test_the_question_is_kept_for_learning(ben, runtime, article):
    ben.get("/search?q=VPN")
    with runtime.reading() as db:
        search = db.query(Search).one()
        assert (search.kind, search.text, len(search.showings)) == ("search", "VPN", 1)


def test_what_ben_types_is_kept_once_without_its_operators_and_a_filter_leaves_no_gap(ben, runtime, incident):
    for typed in ("vp", "vpn", "vpn state:closed"):
        ben.get("/search", htmx=True, query_string={"q": typed, "typing": "yes"})
    with runtime.reading() as db:
        assert [(search.text, search.unanswered) for search in db.query(Search)] == [("vpn", False)]


def test_only_the_answers_come_while_one_types(ben):
    answer = ben.get("/search?q=VPN", htmx=True)
    assert answer.text.lstrip().startswith('<section id="found"')


@pytest.mark.parametrize(
    "question", ["'\"; DROP TABLE incident", "AND OR NOT (", "🔥", "x" * 1999, "%", "\\"]
)
def test_odd_questions_do_no_harm(ben, incident, question):
    assert ben.get("/search", query_string={"q": question}).status_code == 200


def test_of_a_question_that_is_too_long_the_beginning_is_looked_for_and_ben_is_told(ben):
    answer = ben.get("/search", query_string={"q": "x" * 2000 + " the rest"})
    assert "Only the first 2,000 characters are looked for." in answer.text
    assert f'value="{"x" * 2000}"' in answer.text
    assert "Only the first" not in ben.get("/search", query_string={"q": "x" * 1999}).text
