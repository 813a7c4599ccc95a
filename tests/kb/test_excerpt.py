"""What is shown of a long passage: the stretch that says why it was found."""

from kb.passages import excerpt


def test_an_excerpt_shows_the_stretch_that_has_most_of_the_words_asked_for():
    far = " ".join(["filler"] * 300)
    shown = excerpt(f"heap {far} the namenode heap is full {far}", ["namenode", "heap"])
    assert "namenode heap is full" in shown
    assert shown.startswith("… ") and shown.endswith(" …") and len(shown) <= 250


def test_a_short_passage_is_shown_whole():
    assert excerpt("The VPN\ndrops.", ["vpn"]) == "The VPN drops."
    assert excerpt("", ["vpn"]) == ""
