"""The accent: whatever colour somebody chooses, everything can be read, in light and dark."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.desk import accent
from tests.house import ROOT
from tests.web.test_templates import contrast

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def ours():
    sheet = (ROOT / "static/kintsugi.css").read_text("utf-8")
    found = re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", sheet)
    return {name: (light, dark) for name, light, dark in found}


@settings(max_examples=400, deadline=None)
@given(COLOURS)
def test_every_colour_becomes_one_in_which_and_on_which_everything_can_be_read(colour):
    chosen = {**ours(), **accent.palette(colour)}
    for theme in (0, 1):
        now = {name: pair[theme] for name, pair in chosen.items()}
        for ground in ("paper", "card", "sunk", "tint"):
            assert contrast(now["gold"], now[ground]) >= 4.5, ground
        for text in ("ink", "soft"):
            assert contrast(now[text], now["tint"]) >= 4.5, text
        for ground in ("paper", "card", "sunk"):
            assert contrast(now["seam"], now[ground]) >= 3, ground


def test_a_colour_keeps_its_hue():
    gold, _ = accent.palette("#1447e6")["gold"]
    assert int(gold[5:], 16) > int(gold[1:3], 16) + 60  # still a blue


def test_the_grounds_and_words_are_those_of_the_sheet():
    sheet = ours()
    for at, theme in enumerate(("light", "dark")):
        grounds = [sheet[name][at] for name in ("paper", "card", "sunk")]
        assert [one.replace("#fff", "#ffffff") if one == "#fff" else one for one in grounds] == list(
            accent.GROUNDS[theme]
        )
        assert (sheet["ink"][at], sheet["soft"][at]) == accent.WORDS[theme]


def test_the_sheet_says_all_three_in_both_themes():
    text = accent.sheet("#a83c20")
    assert re.fullmatch(
        r":root:root \{ (--(gold|seam|tint): light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\); ?){3}\}\n", text
    )
