"""Who may use a route: every view says so with one decorator, and a view that says nothing is not registered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.desk.permissions import LEAST_ROLE

MEBIBYTE = 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])


class RouteWithoutPolicy(Exception):
    """A view was registered without saying who may use it."""


@dataclass(frozen=True)
class Policy:
    """What a route asks for.

    action: a key of LEAST_ROLE, None for everybody. open: where the administrator opens the portal, people who are
    not signed in may use it too. form: the endpoint that shows a refused form again.
    looks: a POST that changes nothing, such as a search whose text is too long for an address.
    body_bytes: the largest request that is read.
    """

    action: str | None
    form: str = ""
    open: bool = False
    looks: bool = False
    body_bytes: int = MEBIBYTE


def allows(action: str, **more: Any) -> Callable[[View], View]:
    """Let only those use the view whose role has this action. more: further fields of Policy."""
    if action not in LEAST_ROLE:
        raise RouteWithoutPolicy(f"There is no action “{action}” in the table of permissions.")
    return _declare(Policy(action, **more))


def anybody(**more: Any) -> Callable[[View], View]:
    """Let everybody use the view, signed in or not. more: further fields of Policy."""
    return _declare(Policy(None, **more))


def policy_of(view: Callable[..., Any] | None, rule: str = "") -> Policy:
    """Return what a view declared. Raises RouteWithoutPolicy when it declared nothing."""
    policy = getattr(view, "policy", None)
    if not isinstance(policy, Policy):
        raise RouteWithoutPolicy(f"The route {rule} does not say who may use it.")
    return policy


def _declare(policy: Policy) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return mark
