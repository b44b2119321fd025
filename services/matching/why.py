"""`bangfu why OFFER`: why a person was offered a vacancy."""

from typing import Annotated

import typer

from services.matching.domain.offer import OFFERS
from services.matching.explaining import explained, lines_of
from services.matching.weights import load_weights
from shared.errors import BangfuError
from shared.ops.output import AsJson, console
from shared.ops.reading import states
from shared.ops.words import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "说明一次岗位推荐：得分各项、通过的硬性条件、其后的五个、当时所知。",
            "Explain an offer: the terms of the score, the rules passed, the five that came next, what was known.",
        )
    )(why)


def why(
    offer: Annotated[str, typer.Argument(metavar="OFFER", help=say("推荐编号 (o-...)", "offer (o-...)"))],
    as_json: AsJson = False,
) -> None:
    """Explain an offer: the terms of the score, the rules passed, the five that came next, what was known."""
    kept = states("matching", OFFERS, {"_id": offer}).get(offer)
    if kept is None:
        zh = f"{offer}：没有这次推荐；编号形如 o-0123456789abcdef0123456789abcdef"
        en = f"{offer}: there is no such offer; offers are called o-0123456789abcdef0123456789abcdef"
        raise BangfuError(say(zh, en))
    found = explained(offer, kept, load_weights())
    if as_json:
        console.print_json(data=found)
        return
    for text in lines_of(found):
        console.print(text, highlight=False, soft_wrap=True, markup=False)
