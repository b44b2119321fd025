"""The values that the sample's counties publish. The documents are EXAMPLES; no such document exists.

Pinghe alone sets a reward for stable employment, Yunxiao alone returns unemployment premiums, so that the same work
in another county shows what an unset parameter does.
"""

from datetime import date

from samples.facts import Fact
from samples.places import COUNTY_SLUGS, PINGHE, YUNXIAO

REWARD_FEN = 100_000

_VALUES = (
    (PINGHE, "stable_employment.reward_fen", REWARD_FEN),
    (YUNXIAO, "stable_post.ratio_sme_percent", 50),
    (YUNXIAO, "stable_post.max_layoff_bp", 189),
    (YUNXIAO, "stable_post.worker_share_percent", 100),
)


def parameter_facts() -> list[Fact]:
    """Return the published values, in force from the first day of 2018."""
    return [
        Fact(
            date(2018, 1, 2),
            f"{COUNTY_SLUGS[county]}-finance",
            "parameter.published",
            {
                "parameter": parameter,
                "county": county,
                "value": value,
                "valid_from": "2018-01-01",
                "known_on": "2018-01-02",
                "doc_no": f"示例〔2018〕{number}号 EXAMPLE",
            },
            parameter,
        )
        for number, (county, parameter, value) in enumerate(_VALUES, start=1)
    ]
