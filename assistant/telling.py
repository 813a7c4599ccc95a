"""How long work says how far it is."""

from collections.abc import Callable

Tell = Callable[..., object]  # tell(step, done, of); it may raise, and the work ends
