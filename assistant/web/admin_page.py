"""What the pages of administration share: a form knows what it saw, and its row's newest changes stand beside it."""

from collections.abc import Iterable
from typing import Any

from flask import Response

from assistant.desk import audit, edition
from assistant.web.door import db
from assistant.web.page import page


def editing(template: str, row: Any, fields: Iterable[str], subject: str, **context: Any) -> Response:
    """Show the form of a row. fields: the columns it changes; subject: what the audit trail calls such rows."""
    trail = audit.newest(db(), subject, row.id)
    return page(template, row=row, seen=edition.of(row, fields), trail=trail, **context)
