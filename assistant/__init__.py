"""The desk, its doors, and the wiring between them."""

__version__ = "0.1.0"
