"""What the page of a case shows: the timeline by year, offers with why, what is due and unclaimed. Pure.

The caller fetches the states and hands in the words. Nothing personal: people stand as ids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from services.notify.domain.rules import Language, Rulebook
from services.notify.domain.timeline import Entry, Phrasebook
from services.notify.domain.unclaimed import Unclaimed
from shared.money import yuan

Say = Callable[..., str]
"""A text of the console by its key, with values for its placeholders, in the reader's language."""
Titled = Callable[[str, Language], str]
"""What a programme is called."""

ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "help": ("pair", "visit", "plan", "certificate"),
    "offers": ("jobseeker", "offer", "consent", "application"),
    "work": (
        "employment", "agreement", "arrival", "placement", "violation", "attendance", "assessment", "employer",
        "vacancy",
    ),
    "premiums": ("premium", "pension", "headcount"),
    "money": ("grant", "ledger"),
    "duties": ("duty",),
    "training": ("training", "graduation"),
    "identity": ("roster", "exit", "person"),
}  # fmt: skip
"""What a case is filtered by, and with which word the topics of its events begin."""
_OF: Final = {word: about for about, words in ABOUT.items() for word in words}
_LEVELS: Final = 4  # levels of an occupation that can agree


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `notes` say on what it rests."""

    on: date
    known_on: date
    about: str
    topic: str
    sentence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """What happened in a year, the latest first."""

    year: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an offer's score, in 1/100 of one per cent, and why it is that."""

    name: str
    score_bp: int
    because: str


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, why it was made, and what became of it."""

    offer_id: str
    on: date
    sentence: str
    score_bp: int
    expires_on: str
    terms: tuple[Term, ...]
    became: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is due and not claimed: of which programme, for which periods, why not, and the fact that is missing."""

    programme: str
    title: str
    payee: str
    since: str
    until: str
    periods: int
    reason: str
    awaits: str
    awaited: str


def about_of(topic: str) -> str:
    """Return what a topic is filtered by."""
    return _OF[topic.partition(".")[0]]


def counted(entries: Iterable[Entry]) -> dict[str, int]:
    """Return how many entries there are of each filter, in the order of the filters; those without any are left out."""
    found = [about_of(entry.topic) for entry in entries]
    return {about: found.count(about) for about in ABOUT if about in found}


def years(entries: Iterable[Entry], phrases: Phrasebook, language: Language) -> tuple[Year, ...]:
    """Return the entries by the year since which they are true, the latest first."""
    ordered = sorted(entries, key=when, reverse=True)
    lines = [line_of(entry, phrases, language) for entry in ordered]
    return tuple(Year(year, tuple(each)) for year, each in groupby(lines, key=lambda line: line.on.year))


def line_of(entry: Entry, phrases: Phrasebook, language: Language) -> Line:
    """Return an entry in words; a line of the ledger with the steps that led to its amount."""
    return Line(
        on=entry.on or date.min,
        known_on=entry.known_on or date.min,
        about=about_of(entry.topic),
        topic=entry.topic,
        sentence=phrases.sentence(entry, language),
        notes=tuple(entry.basis.get("computation", "").splitlines()),
    )


def offers(entries: Iterable[Entry], phrases: Phrasebook, language: Language, say: Say) -> tuple[Offered, ...]:
    """Return the offers that were made to a person, the latest first, each with what became of it in order."""
    ordered = sorted((entry for entry in entries if entry.said.get("offer_id")), key=when)
    since: dict[str, list[Entry]] = {}
    for entry in ordered:
        since.setdefault(entry.said["offer_id"], []).append(entry)
    made = (each for each in reversed(ordered) if each.topic == "offer.proposed")
    return tuple(_offered(entry, since[entry.said["offer_id"]], phrases, language, say) for entry in made)


def _offered(
    entry: Entry, entries: Iterable[Entry], phrases: Phrasebook, language: Language, say: Say
) -> Offered:  # fmt: skip
    measures = _table(entry.basis.get("measures", ""))
    became = (line_of(each, phrases, language) for each in entries if each.topic != "offer.proposed")
    return Offered(
        offer_id=entry.said["offer_id"],
        on=entry.on or date.min,
        sentence=phrases.sentence(entry, language),
        score_bp=int(entry.basis.get("score_bp", "0")),
        expires_on=entry.basis.get("expires_on", ""),
        terms=tuple(
            Term(name, score, because(name, measures, say))
            for name, score in _table(entry.basis.get("terms", "")).items()
        ),
        became=tuple(became),
    )


def gaps(missing: Unclaimed | None, titled: Titled, rules: Rulebook, language: Language, say: Say) -> list[Gap]:
    """Return what is due and not claimed, in words."""
    if missing is None:
        return []
    reasons = rules.in_force("subsidy_missing", missing.as_of).words["reason"]
    reasons = rules.in_force("employer_missing", missing.as_of).words["reason"] | reasons
    found = []
    for each in missing.missing:
        reason = reasons.get(each.reason)
        found.append(
            Gap(
                programme=each.programme,
                title=titled(each.programme, language),
                payee=each.payee,
                since=each.since,
                until=each.until,
                periods=each.periods,
                reason=reason.in_(language) if reason else each.reason,
                awaits=each.awaits,
                awaited=say(f"awaits.{each.awaits}"),
            )
        )
    return found


def because(term: str, known: Mapping[str, int], say: Say) -> str:
    """Return why a term of a score is what it is, from what was measured; empty where nothing was kept."""
    if not known:
        return ""
    if term == "nearness":
        return _near(known, say)
    amounts = {"best": yuan(known.get("wage_fen", 0)), "wanted": yuan(known.get("wanted_fen", 0))}
    return say(f"because.{term}{_way(term, known)}", **known, **amounts)


def _way(term: str, known: Mapping[str, int]) -> str:
    """Return the end of the key of a reason that reads in more than one way."""
    match term:
        case "skills":
            return "" if known["skills_asked"] else ".none"
        case "occupation":
            return {0: ".other", _LEVELS: ".same"}.get(known["occupation_levels"], ".levels")
        case "household":
            return ".idle" if known["idle_household"] else ".other"
        case _:
            return ""


def _near(known: Mapping[str, int], say: Say) -> str:
    near = "township" if known["same_township"] else "county" if known["same_county"] else "elsewhere"
    where = say(f"because.nearness.{near}")
    return say("because.nearness.km", where=where, km=known["km"]) if "km" in known else where


def _table(text: str) -> dict[str, int]:
    """Return `name=value` a line as a table."""
    return {name: int(value) for name, _, value in (line.partition("=") for line in text.splitlines())}


def when(entry: Entry) -> tuple[date, int, str]:
    """Return what entries are ordered by: the day since which they are true, then the facts behind them."""
    return entry.on or date.min, entry.sequence, entry.topic
