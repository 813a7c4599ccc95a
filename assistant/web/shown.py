"""Answers that were shown: that one of them was opened is kept, because later ranking learns from it."""

from assistant.web import forms
from assistant.web.door import keep, now
from assistant.web.portal_reader import reader
from kb import feedback


def note_opened() -> None:
    """Keep that the answer which the address names was opened by the person to whom it was shown."""
    shown = forms.number("shown")
    if shown is not None:
        keep(feedback.answer, shown, "opened", now=now(), **reader())
