"""What the pages of administration share: lists keep filters, forms know what they saw and what changed lately."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request, url_for

from assistant.desk import audit, edition
from assistant.desk.listing import Wanted
from assistant.web import forms
from assistant.web.door import db
from assistant.web.page import page


def editing(template: str, row: Any, fields: Iterable[str], subject: str, **context: Any) -> Response:
    """Show the form of a row. fields: the columns it changes; subject: what the audit trail calls such rows."""
    trail = audit.newest(db(), subject, row.id)
    return page(template, row=row, seen=edition.of(row, fields), trail=trail, **context)


def sought() -> Wanted:
    """Return which services or groups the address asks for."""
    state = forms.text("state")
    return Wanted(forms.question(), state if state in ("in", "out") else "", forms.number("group"))


def linking(endpoint: str, *filters: str) -> Callable[..., str]:
    """Return what makes addresses of a list: its filters as they are, with changes; a value of None takes one away."""

    def link(**changes: Any) -> str:
        kept = {name: value for name, value in request.args.items() if name in filters}
        return url_for(endpoint, **{**kept, **changes})

    return link
