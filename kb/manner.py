"""What a desk has learned of asking and promising, as a question takes it with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.adapter import Adapter
from index.trust import Trust

AS_PROMISED = Trust()


@dataclass(frozen=True)
class Manner:
    """How a question is asked. adapter: how it is turned; weights: of the terms of a score, None as shipped.

    trust: how the promises of what was found are believed.
    """

    adapter: Adapter | None = None
    weights: Mapping[str, float] | None = None
    trust: Trust = AS_PROMISED


AS_SHIPPED = Manner()
