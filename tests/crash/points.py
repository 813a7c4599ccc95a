"""Where a process dies: each point makes it kill itself at one exact moment. The product knows nothing of it."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from index import shelf, snapshot
from index.vectors import Vectors
from index.words import Words
from kb.live import Live

LONGEST_COMMIT_S = 0.03  # about what a commit of the word index takes


def die(*_: object, **__: object) -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, nth: int) -> None:
    """Die where this is called for the nth time."""
    _replace(owner, name, nth, lambda real, *args, **more: die())


def after(owner: Any, name: str, nth: int) -> None:
    """Die when this has been done for the nth time."""
    _replace(owner, name, nth, lambda real, *args, **more: (real(*args, **more), die()))


def during(owner: Any, name: str, nth: int) -> None:
    """Die while this is done for the nth time: another process waits a moment, then kills this one."""

    def killed(real: Callable[..., Any], *args: Any, **more: Any) -> Any:
        mine, pause_s = os.getpid(), random.uniform(0, LONGEST_COMMIT_S)
        if os.fork() == 0:
            time.sleep(pause_s)
            os.kill(mine, signal.SIGKILL)
            os._exit(0)
        return real(*args, **more)

    _replace(owner, name, nth, killed)


def at_event(name: str, nth: int) -> None:
    """Die at the nth event of this name of any database connection."""
    count = iter(range(1, 1_000_000))
    event.listen(Engine, name, lambda *_, **__: die() if next(count) == nth else None)


def _replace(owner: Any, name: str, nth: int, deadly: Callable[..., Any]) -> None:
    real, count = getattr(owner, name), iter(range(1, 1_000_000))

    def replaced(*args: Any, **more: Any) -> Any:
        return deadly(real, *args, **more) if next(count) == nth else real(*args, **more)

    setattr(owner, name, replaced)


POINTS: dict[str, Callable[[int], None]] = {
    "at a statement": lambda nth: at_event("after_cursor_execute", 12 * nth),
    "before a commit": lambda nth: at_event("commit", nth),
    "right after a commit": lambda nth: after(Session, "commit", nth),
    "between vectors and snapshot": lambda nth: before(Live, "save", nth),
    "while a shelf is made": lambda _: during(shelf, "write", 1),
    "before a shelf is put in place": lambda _: before(Vectors, "_install", 1),
    "after a shelf was put in place": lambda _: after(Vectors, "_install", 1),
    "while a snapshot is written": lambda nth: before(snapshot, "settled", nth),
    "before a snapshot is put in place": lambda nth: before(Path, "replace", nth),
    "after a snapshot was put in place": lambda nth: after(Path, "replace", nth),
    "before the word index commits": lambda _: before(Words, "commit", 1),  # later rounds have nothing new
    "while the word index commits": lambda _: during(Words, "commit", 1),
    "after the word index committed": lambda _: after(Words, "commit", 1),
}
