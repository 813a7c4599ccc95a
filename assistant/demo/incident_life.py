"""What the words of an incident's log do: each is a verb of the desk, done by that person at that time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.demo.cast import Cast
from assistant.demo.content import IncidentFile, Step
from assistant.desk import (
    checklist,
    closure,
    conversation,
    family,
    lifecycle,
    link,
    merging,
    notice,
    relations,
    seen,
    ways,
)
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.desk.lifecycle import Report
from assistant.desk.people import Person
from assistant.desk.permissions import viewer_of
from kb import feedback

SPOKEN = ("phone", "chat", "walk-in")  # an agent writes these down
TIMED = ("says", "notes")  # may tell how long one worked
HOW = {"with": "link", "improving": "improve", "writing": "write"}  # word of a log -> door


class IncidentLife:
    """An incident on its way from its report to where it stands today."""

    def __init__(self, db: Session, cast: Cast, file: IncidentFile, began: datetime | None) -> None:
        self.db, self.cast, self.file, self.began = db, cast, file, began
        self.incident: Incident

    def open(self, now: datetime) -> None:
        """Record it: by the requester, by the agent who took the call, or by nobody for an alert."""
        file, cast = self.file, self.cast
        requester = cast.people[file.by] if file.by else None
        agents = [step.who for step in file.steps if cast.people[step.who].works]
        report = Report(
            title=file.title,
            text=file.words,
            symptoms=file.symptoms,
            environment=file.environment,
            source=file.via,
            contact=_contact(file.via, requester),
            requester=requester,
            occurred_at=self.began,
            service=cast.services[file.service],
            category_id=cast.categories[file.category].id,
            impact=file.impact,
            urgency=file.urgency,
            priority=file.priority,
            priority_reason=file.priority_reason,
            restricted_to=cast.groups[file.restricted] if file.restricted else None,
            items=[cast.items[name] for name in file.items],
        )
        actor = cast.people[agents[0]] if file.via in SPOKEN and agents else requester
        self.incident = lifecycle.open(self.db, report, actor=actor, now=now)
        if file.via == "portal" and requester is not None:
            feedback.led_to(self.db, self.incident.id, actor=requester, now=now)
        if file.restricted:
            lifecycle.assign(self.db, self.incident, report.restricted_to, None, actor=actor, now=now)
        if file.key:
            cast.incidents[file.key] = self.incident

    def take(self, step: Step, now: datetime) -> None:
        """Do one line of the log."""
        if step.verb not in VERBS:
            raise ValueError(f"Incidents know no “{step.verb}”: {step}.")
        VERBS[step.verb](self, step, self.cast.people[step.who], now)

    def says(self, step: Step, actor: Person, now: datetime) -> None:
        """Write a comment; `says 10m` tells how long one worked."""
        spent = _minutes(step)
        conversation.comment(self.db, self.incident, step.text, actor=actor, now=now, minutes=spent)

    def notes(self, step: Step, actor: Person, now: datetime) -> None:
        """Write a work note; `notes 25m` tells how long one worked."""
        spent = _minutes(step)
        conversation.note(self.db, self.incident, step.text, actor=actor, now=now, minutes=spent)

    def tells(self, step: Step, actor: Person, now: datetime) -> None:
        """Answer everybody who is hurt by the same at once: `tells all`."""
        family.comment(self.db, self.incident, step.text, actor=actor, now=now)

    def ticks(self, step: Step, actor: Person, now: datetime) -> None:
        """Say that steps of the checklist are done: `ticks 1 2`."""
        steps = checklist.of(self.incident)
        for place in step.arguments:
            checklist.tick(self.db, steps[int(place) - 1], done=True, actor=actor, now=now)

    def plans(self, step: Step, actor: Person, now: datetime) -> None:
        """Add a step to the checklist."""
        checklist.add(self.db, self.incident, step.text, actor=actor, now=now)

    def takes(self, step: Step, actor: Person, now: datetime) -> None:
        """Take it on, and begin."""
        lifecycle.assign(self.db, self.incident, self.incident.group, actor, actor=actor, now=now)
        self._go("active", actor, now)

    def passes(self, step: Step, actor: Person, now: datetime) -> None:
        """Hand it over: `passes to GROUP` or `passes to GROUP, person`, with a work note."""
        group, _, who = " ".join(step.arguments[1:]).partition(", ")
        person = self.cast.people[who] if who else None
        lifecycle.assign(self.db, self.incident, self.cast.groups[group], person, actor=actor, now=now)
        if person is not None and self.incident.phase == "new":
            self._go("active", actor, now)
        if step.text:
            self.notes(step, actor, now)

    def holds(self, step: Step, actor: Person, now: datetime) -> None:
        """Put it on hold, with the reason."""
        self._go("waiting", actor, now, hold_reason=step.text)

    def resumes(self, step: Step, actor: Person, now: datetime) -> None:
        """Go on with it."""
        self._go("active", actor, now)

    def reopens(self, step: Step, actor: Person, now: datetime) -> None:
        """Open it again; what the person said is a comment."""
        lifecycle.reopen(self.db, self.incident, actor=actor, now=now)
        self.says(step, actor, now)

    def works(self, step: Step, actor: Person, now: datetime) -> None:
        """Keep what helps until it is resolved: `works around`."""
        self._edit(actor, now, workaround=step.text)

    def weighs(self, step: Step, actor: Person, now: datetime) -> None:
        """Change impact and urgency: `weighs organisation now`, with a work note why."""
        impact, urgency = step.arguments
        self._edit(actor, now, impact=impact, urgency=urgency)
        self.notes(step, actor, now)

    def reads(self, step: Step, actor: Person, now: datetime) -> None:
        """Link an article for reference."""
        article = self.cast.articles[step.arguments[0]].article
        link.add(self.db, self.incident, article, "reference", actor=actor, now=now)

    def relates(self, step: Step, actor: Person, now: datetime) -> None:
        """Relate it to another incident: `relates child_of KEY`."""
        kind, other = step.arguments
        relations.relate(self.db, self.incident, self.cast.incidents[other], kind, actor=actor, now=now)

    def merges(self, step: Step, actor: Person, now: datetime) -> None:
        """Let it go on in another incident, with its people: `merges into KEY`."""
        into = self.cast.incidents[step.arguments[-1]]
        merging.merge(self.db, self.incident, into, actor=actor, now=now)

    def adds(self, step: Step, actor: Person, now: datetime) -> None:
        """Let somebody watch it."""
        lifecycle.watch(self.db, self.incident, self.cast.people[step.arguments[0]], actor=actor, now=now)

    def announces(self, step: Step, actor: Person, now: datetime) -> None:
        """Tell requesters of it: `announces: TITLE. TEXT`."""
        title, _, text = step.text.partition(". ")
        notice.announce(self.db, self.incident, title, text, actor=actor, now=now)

    def joins(self, step: Step, actor: Person, now: datetime) -> None:
        """Say that what was announced hurts them too."""
        told = notice.of(self.db, self.incident)
        if told is not None:
            notice.join(self.db, told, step.text, actor=actor, now=now)

    def fixes(self, step: Step, actor: Person, now: datetime) -> None:
        """Resolve it without writing anything down yet."""
        self._edit(actor, now, resolution=step.text, **self._learned())
        lifecycle.advance(self.db, self.incident, "resolved", actor=actor, now=now)

    def resolves(self, step: Step, actor: Person, now: datetime) -> None:
        """Resolve it through a door, `resolves with KEY` (or improving, writing), and wait for the requester."""
        how, key = step.arguments
        life = self.cast.articles[key]
        outcome = {"door": HOW[how], "resolution": step.text, **self._learned()}
        if how == "writing":
            outcome["content"] = life.file.versions[0]
        else:
            outcome["article_id"] = life.article.id
        if how == "improving":
            outcome |= {"content": life.next, "seen": life.article.latest}
        close = step.verb == "closes"
        closure.resolve(self.db, self.incident, Outcome(**outcome), close=close, actor=actor, now=now)
        if how == "writing":
            life.written(link.resolving(self.incident)[-1].article)

    def closes(self, step: Step, actor: Person, now: datetime) -> None:
        """Close it: `closes`, `closes with KEY` in one motion, `closes as REASON`, `closes as duplicate of KEY`."""
        if not step.arguments:
            closure.close(self.db, self.incident, actor=actor, now=now)
        elif step.arguments[0] == "as":
            reason, *of = step.arguments[1:]
            other = self.cast.incidents[of[1]].number if of else ""
            outcome = Outcome("nothing", reason=reason, duplicate_of=other, message=step.text)
            closure.resolve(self.db, self.incident, outcome, close=True, actor=actor, now=now)
        else:
            self.resolves(step, actor, now)

    def confirms(self, step: Step, actor: Person, now: datetime) -> None:
        """Close it because the requester says, in their own words, that it works again."""
        self.says(step, actor, now)
        closure.close(self.db, self.incident, actor=actor, now=now)

    def ends(self, step: Step, actor: Person, now: datetime) -> None:
        """Resolve its open children as it was resolved itself: `ends children`."""
        below = family.children(self.db, self.incident, viewer_of(self.db, actor))
        refused = family.resolve_children(self.db, self.incident, below, actor=actor, now=now).refused
        if refused:
            raise ValueError(f"{refused[0].incident.title}: {refused[0].findings}")

    def agrees(self, step: Step, actor: Person, now: datetime) -> None:
        """Find that the reason for closing it without an article holds."""
        seen.note(self.db, seen.CLOSURE, str(self.incident.id), actor=actor, now=now)

    def _learned(self) -> dict[str, Any]:
        learned: dict[str, Any] = {"cause": self.file.cause, "verification": self.file.verification}
        if self.file.turned_out:
            learned["closing_category_id"] = self.cast.categories[self.file.turned_out].id
        return learned

    def _edit(self, actor: Person, now: datetime, **changes: Any) -> None:
        lifecycle.edit(self.db, self.incident, changes, seen=self.incident.version, actor=actor, now=now)

    def _go(self, phase: str, actor: Person, now: datetime, *, hold_reason: str = "") -> None:
        """Move to the last state of the phase that is one move away; processes without the phase stay."""
        way = ways.of(self.db, self.incident)
        near = [state for state in way.moves[self.incident.state] if way.states[state].phase == phase]
        if near:
            lifecycle.move(self.db, self.incident, near[-1], actor=actor, now=now, hold_reason=hold_reason)


VERBS: dict[str, Callable[[IncidentLife, Step, Person, datetime], None]] = {
    "": IncidentLife.says,
    **{
        name: getattr(IncidentLife, name)
        for name in (
            *("says", "notes", "tells", "ticks", "plans", "takes", "passes", "holds", "resumes", "reopens"),
            *("works", "weighs", "reads", "relates", "merges", "adds", "fixes", "resolves", "closes"),
            *("confirms", "ends", "agrees", "announces", "joins"),
        )
    },
}


def _minutes(step: Step) -> int | None:
    """Return how long somebody says they worked: `notes 25m`."""
    told = step.verb in TIMED and step.arguments
    return int(step.arguments[0].removesuffix("m")) if told else None


def _contact(via: str, requester: Person | None) -> str:
    if requester is None:
        return ""
    return {"mail": requester.email, "chat": "Teams chat"}.get(via, requester.phone)
