"""Every row of the desk in one place, so that the metadata is complete wherever it is asked for."""

from assistant.desk import audit, heartbeat, jobs, signin
from assistant.importers import run as imports
from kb import embeddings, feedback
from kb.store import Base

ROWS = (
    audit,
    embeddings,
    feedback,
    heartbeat,
    imports,
    jobs,
    signin,
)  # what these do not define, they import
METADATA = Base.metadata
