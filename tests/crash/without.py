"""A desk in a process that lacks libraries: it is used for a moment, and what happened is printed as JSON."""

import json
import sys
from pathlib import Path

blocked = set(sys.argv[2:])


class Lacking:
    """Makes the import of some libraries fail as if they were not installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Lacking())

from assistant import settings as configuration  # noqa: E402 - only after the libraries are gone
from assistant.app import create_app  # noqa: E402
from assistant.desk import signin  # noqa: E402
from assistant.runtime import Runtime  # noqa: E402
from index.encoder import HashEncoder  # noqa: E402
from tests import make  # noqa: E402
from tests.web.conftest import Browser  # noqa: E402


def use(folder: str) -> dict[str, object]:
    """Search, record an incident, and read what the desk says of itself."""
    encoder = None if blocked & {"openvino", "tokenizers"} else HashEncoder()
    runtime = Runtime(configuration.load(data=Path(folder)), encoder=encoder)
    with runtime.writing() as db:
        token = signin.start(db, make.person(db, "dan"), now=runtime.now())
        db.commit()
    dan = Browser(create_app(runtime), token)
    search = dan.get("/search?q=printer+paper+jam")
    form = {"title": "New", "impact": "person", "urgency": "soon", "source": "phone"}
    told = {
        "search": search.status_code,
        "found": "KB-000002" in search.text,
        "recorded": dan.post("/incidents", **form).status_code,
        "health": dan.get("/healthz").json["status"],
        "status": dan.get("/admin/health").text,
        "heavy": sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)),
    }
    runtime.close()
    return told


print(json.dumps(use(sys.argv[1])))  # noqa: T201 - the test reads it
