"""What can go wrong at the desk, named as facts. `assistant/errors.py` decides how a person is told."""

from kb.errors import EditConflict, Finding, Refused

__all__ = ["DeskError", "EditConflict", "Finding", "GateRefused", "MoveNotAllowed", "NotAllowed", "Refused"]


class DeskError(Exception):
    """Something at the desk is not as it has to be."""


class NotAllowed(DeskError):
    """This person may not do that."""


class MoveNotAllowed(DeskError):
    """The incident's process has no such step from its present state."""


class GateRefused(Refused):
    """A move was refused at a gate; the findings say what is missing and how to cure it."""
