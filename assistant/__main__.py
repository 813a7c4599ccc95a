"""`python -m assistant` is the same as `kintsugi`."""

from assistant.cli import main

try:
    main(prog_name="kintsugi")
finally:
    # Python ends by SIGINT where an interrupt fell into code made of text, though it was taken, unless more such runs.
    exec("")  # noqa: S102
