"""The desk's accent: any colour, brought to where everything written on it or in it can be read, in light and dark."""

import colorsys
import re
from collections.abc import Callable, Iterable

COLOUR = re.compile(r"#[0-9a-f]{6}")
READABLE, VISIBLE = 4.5, 3.0  # contrast of words with their ground, and of lines and marks (WCAG 2.2)
GROUNDS = {
    "light": ("#faf8f3", "#ffffff", "#f1ede4"),
    "dark": ("#15171c", "#1c1f26", "#111317"),
}  # as in kintsugi.css
WORDS = {"light": ("#1d2129", "#555c69"), "dark": ("#ebe6da", "#a9ada4")}  # ink and soft, as there
STEP = 0.01  # of lightness
TOWARDS = {"light": -STEP, "dark": STEP}  # where words become easier to read
PALEST = {"light": 0.9, "dark": 0.13}  # lightness of the tint to begin with
STRONGEST = {"light": 0.42, "dark": 0.6}


def palette(accent: str) -> dict[str, tuple[str, str]]:
    """Return gold (words), seam (lines and marks) and tint (ground) for light and dark, in the hue of a colour.

    accent: such as “#a83c20”.
    """
    made = {theme: _theme(accent, theme) for theme in GROUNDS}
    return {name: (made["light"][name], made["dark"][name]) for name in ("gold", "seam", "tint")}


def sheet(accent: str, where: str = ":root:root") -> str:
    """Return the style sheet that puts an accent in the place of the desk's own gold."""
    lines = (f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in palette(accent).items())
    return f"{where} {{ {' '.join(lines)} }}\n"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _theme(accent: str, theme: str) -> dict[str, str]:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(accent))
    grounds, towards = GROUNDS[theme], TOWARDS[theme]

    def first(start: float, step: float, fits: Callable[[str], bool], most: float = 1.0) -> str:
        """Return the first colour from a lightness on that fits; black or white at the end always do."""
        shades = (_hex(hue, start + step * count, min(saturation, most)) for count in range(101))
        return next(filter(fits, shades))

    tint = first(PALEST[theme], -towards, lambda shade: _stands(shade, WORDS[theme], READABLE), 0.7)
    inner = min if theme == "light" else max
    gold_from = inner(lightness, STRONGEST[theme])
    gold = first(gold_from, towards, lambda shade: _stands(shade, (*grounds, tint), READABLE))
    seam = first(inner(lightness, 0.5), towards, lambda shade: _stands(shade, grounds, VISIBLE))
    return {"gold": gold, "seam": seam, "tint": tint}


def _stands(shade: str, others: Iterable[str], least: float) -> bool:
    return all(contrast(shade, other) >= least for other in others)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue, min(max(lightness, 0.0), 1.0), saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
