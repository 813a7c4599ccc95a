"""A process that imports a file and tells how far it is. Started by the tests of crashes and of memory."""

import resource
import sys
from pathlib import Path

from assistant import settings as configuration
from assistant.importers import articles, incidents
from assistant.runtime import Runtime
from index.encoder import HashEncoder


def main(kind: str, data: str, file: str, rejects: str) -> None:
    """Import the file and say after every batch that it is done."""
    runtime = Runtime(configuration.load(data=Path(data)), encoder=HashEncoder())
    door = {"incidents": incidents, "articles": articles}[kind]
    planned = door.plan(runtime, Path(file), door.Options(rejects=Path(rejects)))
    say("begins")
    door.run(runtime, planned, lambda share, summary: say(summary.counts["rows"], peak_kb()))
    runtime.close()


def say(*words: object) -> None:
    """Tell the test that waits for it."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def peak_kb() -> int:
    """Return the most memory that this process had at once, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
