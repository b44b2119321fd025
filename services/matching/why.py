"""`bangfu why OFFER`: why a person was offered a vacancy."""

from typing import Annotated, Final

import typer

from services.matching.domain.offer import OFFERS
from services.matching.explaining import explained, lines_of
from services.matching.weights import load_weights
from shared.errors import BangfuError
from shared.ops.output import AsJson, console, show
from shared.ops.reading import states
from shared.ops.words import say

_LISTED: Final = (
    ("offer_id", say("推荐", "offer")),
    ("made_on", say("推荐日", "made on")),
    ("person_id", say("人员", "person")),
    ("vacancy_id", say("岗位", "vacancy")),
    ("score_bp", say("得分", "score")),
    ("stage", say("状态", "stage")),
    ("reason", say("原因", "reason")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "说明一次岗位推荐：得分各项、通过的硬性条件、其后的五个、当时所知。",
            "Explain an offer: the terms of the score, the rules passed, the five that came next, what was known.",
        )
    )(why)


def why(
    offer: Annotated[
        str,
        typer.Argument(
            metavar="OFFER",
            help=say(
                "推荐编号 (o-...)；给人员或岗位编号则列出其推荐", "offer (o-...); a person or a vacancy lists theirs"
            ),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Explain an offer: the terms of the score, the rules passed, the five that came next, what was known."""
    kept = states("matching", OFFERS, {"_id": offer}).get(offer)
    if kept is None:
        _list(offer, as_json=as_json)
        return
    found = explained(offer, kept, load_weights())
    if as_json:
        console.print_json(data=found)
        return
    for text in lines_of(found):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


def _list(whose: str, *, as_json: bool) -> None:
    """Show the offers of a person or of a vacancy, in the order in which they were made.

    Raises:
        BangfuError: There are none.
    """
    query = {"$or": [{"state.person_id": whose}, {"state.vacancy_id": whose}]}
    found = states("matching", OFFERS, query, sort="state.market_sequence")
    if not found:
        zh = f"{whose}：没有这次推荐，也没有这样的人员或岗位的推荐；推荐编号形如 o-0123456789abcdef0123456789abcdef"
        en = f"{whose}: no such offer, nor offers of such a person or vacancy; an offer is called o-0123456789abcdef..."
        raise BangfuError(say(zh, en))
    rows = [{"offer_id": id_} | {name: getattr(state, name) for name, _ in _LISTED[1:]} for id_, state in found.items()]
    show(rows, _LISTED, title=whose, as_json=as_json)
