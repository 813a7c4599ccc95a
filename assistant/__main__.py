"""`python -m assistant` is the same as `kintsugi`."""

from assistant.cli import main

main(prog_name="kintsugi")
