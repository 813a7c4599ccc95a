"""Whether a model may answer: a gain beyond its interval, and no loss anywhere."""

import pytest

from assistant.backtest import promotion
from assistant.backtest.figures import ENOUGH, MEASURES
from assistant.backtest.promotion import decide

RISES, SAME, FALLS = [0.04, 0.01, 0.07], [0.01, -0.02, 0.03], [-0.04, -0.07, -0.01]


def found(change, known=ENOUGH, parts=(), **more):
    return {
        "known": known,
        "parts": list(parts),
        **dict.fromkeys(MEASURES, SAME),
        promotion.MEASURE: change,
        **more,
    }


def part(by, key, change):
    return {"by": by, "key": key, **found(change, known=12)}


@pytest.mark.parametrize(
    ("shown", "kept", "by", "says"),
    [
        (found(RISES), True, "laboratory", "nDCG@10 rises by 0.040 (+0.010 to +0.070), and nothing falls"),
        (found(SAME), False, "laboratory", "may be chance"),
        (found(FALLS), False, "laboratory", "nDCG@10 falls by 0.040 (-0.070 to -0.010)"),
        (found(RISES, **{"recall@1": FALLS}), False, "laboratory", "recall@1 falls by 0.040"),
        (found(RISES, parts=[part("service", "Mail", FALLS)]), False, "laboratory", "for the service Mail"),
        (found(RISES, parts=[part("language", "", FALLS)]), False, "laboratory", "for the language unclear"),
        (found(RISES, parts=[part("service", "Mail", SAME)]), True, "laboratory", "nothing falls"),
        (found(SAME, known=ENOUGH - 1), True, "pairs", "Only 29 incidents"),
        (found(FALLS, known=ENOUGH - 1), False, "laboratory", "falls"),
        (found(FALLS, known=2), True, "pairs", "Only 2 incidents"),
        ({"known": 0, "parts": []}, True, "pairs", "Only 0 incidents"),
    ],
)
def test_the_laboratory_decides_and_texts_only_where_it_cannot(shown, kept, by, says):
    decision = decide("Held-back texts are found better", shown)
    assert (decision.kept, decision.by) == (kept, by)
    assert says in decision.said
