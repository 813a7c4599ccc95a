"""What the words of an article's life do: each is a verb of the knowledge base, done by that person at that time."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.demo.cast import Cast
from assistant.demo.content import ArticleFile, Step
from assistant.desk import article_merging, upkeep
from assistant.desk.people import Person
from kb import authoring, likeness, remarks, votes
from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES, Article, Content, Flag
from kb.likeness import Likeness
from kb.remarks import Remark

STATES = {"confidence": CONFIDENCES, "audience": AUDIENCES, "governance": GOVERNANCES}


class ArticleLife:
    """An article on its way through its versions and states, with what people say of it."""

    def __init__(self, db: Session, cast: Cast, file: ArticleFile) -> None:
        self.db, self.cast, self.file = db, cast, file
        self.article: Article
        self.open_flags: list[Flag] = []
        self.open_remarks: list[Remark] = []

    def take(self, step: Step, now: datetime) -> None:
        """Do one line of the article's life."""
        if step.verb not in VERBS:
            raise ValueError(f"Articles know no “{step.verb}”: {step}.")
        VERBS[step.verb](self, step, self.cast.people[step.who], now)

    def written(self, article: Article) -> None:
        """Take over the article that was just drafted, here or while closing an incident."""
        self.article = article
        article.category_id = self.cast.categories[self.file.category].id
        article.services = [self.cast.services[name] for name in self.file.services]

    @property
    def next(self) -> Content:
        """The version that follows the one that counts now."""
        return self.file.versions[self.article.latest]

    def drafts(self, step: Step, actor: Person, now: datetime) -> None:
        """Write the first version."""
        self.written(authoring.draft(self.db, self.file.versions[0], actor=actor, now=now))

    def revises(self, step: Step, actor: Person, now: datetime) -> None:
        """Write the next version, with its note."""
        seen = self.article.latest
        authoring.revise(self.db, self.article, self.next, seen=seen, actor=actor, now=now, note=step.text)

    def sets(self, step: Step, actor: Person, now: datetime) -> None:
        """Give it another state: any words of confidence, audience and governance."""
        wanted = {name: word for word in step.arguments for name, known in STATES.items() if word in known}
        team = self.cast.groups[self.file.team].id if self.file.team else None
        authoring.set_state(self.db, self.article, actor=actor, now=now, team_id=team, **wanted)

    def owns(self, step: Step, actor: Person, now: datetime) -> None:
        """Answer for it from now on."""
        upkeep.hand_over(self.db, self.article, actor, actor=actor, now=now)

    def flags(self, step: Step, actor: Person, now: datetime) -> None:
        """Say what is wrong; whoever keeps the article gets it as a task."""
        self.open_flags.append(upkeep.flag(self.db, self.article, step.text, actor=actor, now=now))

    def hands(self, step: Step, actor: Person, now: datetime) -> None:
        """Give the newest open flag to somebody else: `hands flag to jonas`."""
        to = self.cast.people[step.arguments[-1]]
        upkeep.hand_flag(self.db, self.open_flags[-1], to, actor=actor, now=now)

    def settles(self, step: Step, actor: Person, now: datetime) -> None:
        """Close the newest open flag with what was done about it."""
        upkeep.settle(self.db, self.open_flags.pop(), step.text, actor=actor, now=now)

    def remarks(self, step: Step, actor: Person, now: datetime) -> None:
        """Write something beside it, for colleagues."""
        self.open_remarks.append(upkeep.remark(self.db, self.article, step.text, actor=actor, now=now))

    def heeds(self, step: Step, actor: Person, now: datetime) -> None:
        """Take up the oldest open remark."""
        remarks.settle(self.db, self.open_remarks.pop(0), actor=actor, now=now)

    def votes(self, step: Step, actor: Person, now: datetime) -> None:
        """Say whether it helped."""
        helpful = step.arguments[0] == "yes"
        votes.cast(self.db, self.article, helpful=helpful, actor=actor, now=now, comment=step.text)

    def sees(self, step: Step, actor: Person, now: datetime) -> None:
        """See to what readers missed so far: `sees to votes`."""
        votes.settle(self.db, self.article, now, actor=actor, now=now)

    def merges(self, step: Step, actor: Person, now: datetime) -> None:
        """Take another article over: `merges KEY`; the next version says what both said."""
        goes = self.cast.articles[step.arguments[0]].article
        seen = (self.article.latest, goes.latest)
        article_merging.merge(
            self.db,
            self.article,
            goes,
            self.next,
            seen=seen,
            personal_data_checked=False,
            actor=actor,
            now=now,
        )

    def differs(self, step: Step, actor: Person, now: datetime) -> None:
        """Keep that it says something else than an article that is near it: `differs from KEY`."""
        one, other = sorted((self.article.id, self.cast.articles[step.arguments[-1]].article.id))
        likeness.keep(self.db, {(one, other): likeness.NEAR}, now=now)
        both = (Likeness.article_id == one, Likeness.other_id == other)
        pair = self.db.scalars(select(Likeness).where(*both)).one()
        likeness.apart(self.db, pair, actor=actor, now=now)


VERBS: dict[str, Callable[[ArticleLife, Step, Person, datetime], None]] = {
    name: getattr(ArticleLife, name)
    for name in (
        *("drafts", "revises", "sets", "owns", "flags", "hands", "settles", "remarks", "heeds"),
        *("votes", "sees", "merges", "differs"),
    )
}
