"""The story of a sample county, in figures: what became of its people, and who is asked to do what."""

from collections import Counter
from collections.abc import Iterable

from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.looking import View
from shared.ops.output import show
from shared.ops.words import county, say


async def tell(view: View, lines: list[LinePosted]) -> None:
    """Print the story of what runs here."""
    people = await view.stores["registry"].db["person"].count_documents({"state.known": True})
    offers = await view.stores["matching"].db["offer"].count_documents({})
    hires = await view.stores["registry"].db["employment"].count_documents({})
    figures = [
        (say("登记人数", "people registered"), str(people)),
        (say("推送岗位短信", "offers sent by SMS"), str(offers)),
        (say("确认就业", "hires confirmed"), str(hires)),
        *((f"{say('补贴', 'subsidy')} {p} ({say('元', 'yuan')})", v) for p, v in sorted(sums_of(lines).items())),
        *await _alerts(view),
    ]
    rows = [{"what": what, "figure": figure} for what, figure in figures]
    headings = [("what", say("事项", "what")), ("figure", say("数量", "figure"))]
    show(rows, headings, title=say("样本县的故事", "the story of the sample county"), as_json=False)


def sums_of(lines: Iterable[LinePosted]) -> dict[str, str]:
    """Return the yuan posted by programme."""
    total: Counter[str] = Counter()
    for line in lines:
        total[line.claim.programme] += line.amount_fen
    return {programme: yuan(amount) for programme, amount in total.items()}


async def _alerts(view: View) -> list[tuple[str, str]]:
    """Return how many alerts there were by kind and how many still stand; then those that stand, by county."""
    raised, standing, counties = Counter[str](), Counter[str](), Counter[str | None]()
    async for row in (
        view.stores["notify"].db["alert"].find({}, {"state.kind": 1, "state.over_on": 1, "state.county": 1})
    ):
        state = row["state"]
        raised[state["kind"]] += 1
        if not state.get("over_on"):
            standing[state["kind"]] += 1
            counties[state.get("county")] += 1
    by_kind = [
        (f"{say('提醒', 'alerts')} {kind}", f"{count} ({say('未结', 'open')} {standing[kind]})")
        for kind, count in sorted(raised.items())
    ]
    by_county = [
        (f"{say('未结提醒', 'open alerts')} {county(code)}", str(count))
        for code, count in sorted(counties.items(), key=lambda item: item[0] or "")
    ]
    return by_kind + by_county
