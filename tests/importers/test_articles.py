"""Articles come in from Markdown and tables."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from assistant.importers import articles
from assistant.importers.run import ImportFailed
from kb import authoring
from kb.article import Article, Content, Version
from tests import make
from tests.importers.conftest import write_csv, write_jsonl

VPN = """---
title: VPN drops every few minutes
product: [Remote access]
author: Cleo Marchetti
date: 2025-03-03
---
# VPN drops every few minutes

## Symptoms

The tunnel closes.

## Environment

Windows 11

## Cause

The adapter sleeps.

## Resolution

1. Turn power saving off. See [the other page](../mail/quota.md).
"""
QUOTA = "# Mailbox is full\n\nMail comes back.\n\n!!! note\n    Archive first.\n\nEmpty the bin.\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in (
        ("network/vpn.md", VPN),
        ("mail/quota.md", QUOTA),
        (".git/x.md", "no"),
        ("readme.txt", "no"),
    ):
        (tmp_path / "wiki" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "wiki" / name).write_text(text)
    return tmp_path / "wiki"


def by_title(runtime):
    with runtime.reading() as db:
        found = {article.title: article for article in db.scalars(select(Article))}
        for article in found.values():
            _ = article.current, [service.name for service in article.services], article.owner
            _ = article.category and article.category.path
        return found


def test_a_folder_of_markdown_becomes_articles(runtime, bring_articles, folder):
    with runtime.writing() as db:
        make.person(db, "cleo")
        db.commit()
    summary = bring_articles(folder)
    assert summary.counts == {"rows": 2, "added": 2, "rejected": 0}
    vpn = by_title(runtime)["VPN drops every few minutes"]
    assert vpn.current.content == Content(
        title="VPN drops every few minutes",
        issue="## Symptoms\n\nThe tunnel closes.",
        environment="Windows 11",
        cause="The adapter sleeps.",
        resolution="1. Turn power saving off. See the other page (“Mailbox is full”).",
    )
    assert (vpn.confidence, vpn.audience, vpn.external_id) == (
        "not_validated",
        "internal",
        "wiki:network/vpn.md",
    )
    assert [service.name for service in vpn.services] == [
        "Remote access"
    ] and vpn.owner.name == "Cleo Marchetti"
    assert vpn.category.path == "network" and vpn.created_at == datetime(2025, 3, 3, tzinfo=UTC)
    quota = by_title(runtime)["Mailbox is full"].current
    assert quota.issue == "Mail comes back."
    assert quota.resolution == "> **Note**\n>\n> Archive first.\n\nEmpty the bin."


def test_a_second_import_changes_nothing(runtime, bring_articles, folder):
    bring_articles(folder)
    assert bring_articles(folder).counts == {"rows": 2, "unchanged": 2, "rejected": 0}
    with runtime.reading() as db:
        assert db.scalar(select(func.count()).select_from(Version)) == 2


def test_a_changed_page_becomes_a_new_version(runtime, bring_articles, folder):
    bring_articles(folder)
    (folder / "mail/quota.md").write_text(QUOTA + "\nTell them.\n")
    assert bring_articles(folder).counts["changed"] == 1
    article = by_title(runtime)["Mailbox is full"]
    assert article.latest == 2 and article.current.resolution.endswith("Tell them.")


def test_what_cleo_wrote_here_stays(runtime, bring_articles, folder):
    bring_articles(folder)
    with runtime.writing() as db:
        article = db.scalars(select(Article).where(Article.external_id == "wiki:mail/quota.md")).one()
        better = Content(**{**article.current.content.values(), "resolution": "Cleo's own steps."})
        authoring.revise(db, article, better, seen=1, actor=make.person(db, "cleo"), now=runtime.now())
        db.commit()
    (folder / "mail/quota.md").write_text(
        QUOTA.replace("Mail comes back.", "Mails come back.") + "\nTheirs.\n"
    )
    assert bring_articles(folder).counts["kept"] == 1
    current = by_title(runtime)["Mailbox is full"].current
    assert current.resolution == "Cleo's own steps." and current.issue == "Mails come back."
    assert bring_articles(folder).counts["kept"] == 0


def test_a_compliance_based_article_is_left_to_its_owner(runtime, bring_articles, folder):
    bring_articles(folder)
    with runtime.writing() as db:
        article = db.scalars(select(Article).where(Article.external_id == "wiki:mail/quota.md")).one()
        authoring.set_state(db, article, governance="compliance", actor=None, now=runtime.now())
        db.commit()
    (folder / "mail/quota.md").write_text(QUOTA + "\nTell them.\n")
    summary = bring_articles(folder)
    assert summary.counts["kept"] == 1 and any("compliance" in note for note in summary.notes)
    assert by_title(runtime)["Mailbox is full"].latest == 1


def test_personal_data_stays_work_in_progress_until_somebody_looked(runtime, bring_articles, tmp_path):
    path = write_jsonl(
        tmp_path / "kb.jsonl",
        [{"id": 1, "title": "Ask Eve", "body": "Who?\n\nWrite to eve.marsh@corp-mail.com."}],
    )
    summary = bring_articles(path)
    assert by_title(runtime)["Ask Eve"].confidence == "wip"
    assert any("--personal-data-checked" in note for note in summary.notes)
    assert bring_articles(path).counts["unchanged"] == 1
    assert bring_articles(path, personal_data_checked=True).counts["changed"] == 1
    assert by_title(runtime)["Ask Eve"].confidence == "not_validated"
    assert bring_articles(path).counts["unchanged"] == 1


def test_state_and_audience_are_chosen(runtime, bring_articles, folder):
    bring_articles(folder, confidence="validated", audience="requesters")
    assert {(one.confidence, one.audience) for one in by_title(runtime).values()} == {
        ("validated", "requesters")
    }


def test_a_page_that_says_it_is_a_draft_is_one(runtime, bring_articles, tmp_path):
    rows = [
        {"id": n, "title": f"Page {n}", "text": "One.\n\nTwo.", "status": said}
        for n, said in enumerate(("draft", "Retired", "published"))
    ]
    bring_articles(write_csv(tmp_path / "kb.csv", rows), audience="public")
    assert [(one.confidence, one.audience) for one in by_title(runtime).values()] == [
        ("wip", "internal"),
        ("archived", "internal"),
        ("not_validated", "public"),
    ]


def test_a_table_with_its_own_parts_is_taken_as_it_is(runtime, bring_articles, tmp_path):
    row = {
        "id": 7,
        "title": "Router",
        "issue": "No light.",
        "environment": "Site A",
        "cause": "Dust",
        "resolution": "<p>Clean <b>it</b>.</p>",
    }
    bring_articles(write_jsonl(tmp_path / "kb.jsonl", [row]))
    assert by_title(runtime)["Router"].current.content == Content(
        "Router", "No light.", "Site A", "Dust", "Clean it."
    )


def test_links_can_lead_to_where_the_pages_stand(runtime, bring_articles, folder):
    bring_articles(folder, base_url="https://wiki.example.org/docs/")
    resolution = by_title(runtime)["VPN drops every few minutes"].current.resolution
    assert "[the other page](https://wiki.example.org/docs/mail/quota.md)" in resolution


def test_one_page_can_be_imported_and_a_dry_run_changes_nothing(runtime, bring_articles, folder):
    summary = bring_articles(folder / "mail" / "quota.md", dry_run=True)
    assert summary.counts["added"] == 1 and summary.samples == [
        "row 1: “Mailbox is full” · characters: issue 16, resolution 45"
    ]
    assert by_title(runtime) == {}
    bring_articles(folder / "mail" / "quota.md")
    assert list(by_title(runtime)) == ["Mailbox is full"]


def test_a_page_that_cannot_be_used_is_rejected_and_the_others_come_in(bring_articles, folder):
    (folder / "a.md").write_text("---\ntitle: [broken\n---\ntext")
    (folder / "b.md").write_text("# Only a title\n")
    (folder / "c.md").write_text("# Long\n\n" + "x" * 200_001)
    summary = bring_articles(folder)
    assert summary.counts["rejected"] == 3 and summary.counts["added"] == 2
    assert "front matter" in summary.reasons[0] and "nothing below the title" in summary.reasons[1]
    assert "200,001 characters" in summary.reasons[2]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"confidence": "true"}, "no confidence"),
        ({"audience": "team"}, "internal, requesters, public"),
        ({"create_missing": ("people",)}, "cannot be added"),
    ],
)
def test_a_wrong_option_is_told_with_the_choices(runtime, folder, options, told):
    with pytest.raises(ImportFailed, match=told):
        articles.plan(runtime, folder, articles.Options(**options))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "x" * 200, "title": "A", "body": "B"}, "identifier is 200 characters long"),
        ({"id": 1, "title": "", "body": "", "issue": "\u00ad"}, "neither a title nor a text|nothing below"),
        ({"id": 1, "title": "A", "body": "B", "created_at": "soon"}, "created: “soon” is no date"),
        ({"id": 1, "title": "A", "body": "B", "product": "x" * 101}, "101 characters long; 100 fit"),
    ],
)
def test_a_row_that_cannot_be_kept_says_why(bring_articles, tmp_path, row, reason):
    summary = bring_articles(
        write_jsonl(tmp_path / "kb.jsonl", [row, {"id": 2, "title": "Fine", "body": "It is."}])
    )
    assert summary.counts["rejected"] == 1 and re.search(reason, summary.reasons[0])


def test_a_long_title_is_shortened_and_nothing_of_it_is_lost(runtime, bring_articles, tmp_path):
    title = "word " * 100
    bring_articles(write_jsonl(tmp_path / "kb.jsonl", [{"id": 0, "title": title, "body": "Do this."}]))
    (article,) = by_title(runtime).values()
    assert len(article.title) <= 300 and article.current.issue.startswith(title.strip())
    assert article.external_id == "kb:0"
