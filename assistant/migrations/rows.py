"""Every row of the desk in one place, so that the metadata is complete wherever it is asked for."""

from assistant.desk import (
    audit,
    heartbeat,
    invitation,
    jobs,
    laboratory,
    notifications,
    presence,
    saved_view,
    seen,
    signin,
)
from assistant.importers import run as imports
from kb import embeddings, feedback, likeness, remarks, tuning, votes
from kb.store import Base

ROWS = (
    audit,
    embeddings,
    feedback,
    heartbeat,
    imports,
    invitation,
    jobs,
    laboratory,
    likeness,
    notifications,
    presence,
    remarks,
    saved_view,
    seen,
    signin,
    tuning,
    votes,
)  # what these do not define, they import
METADATA = Base.metadata
