"""What a desk has learned of asking, as a question takes it with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.adapter import Adapter


@dataclass(frozen=True)
class Manner:
    """How a question is asked. adapter: how it is turned; weights: of the terms of a score, None as shipped."""

    adapter: Adapter | None = None
    weights: Mapping[str, float] | None = None


AS_SHIPPED = Manner()
