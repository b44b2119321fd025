"""Reads registry's data files: how careful the roster exchange is, and what the feeds promise."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from services.registry.domain.exchange import Manners
from services.registry.domain.feeds import Promise
from shared.documents import shipped_register
from shared.events.contract import Model
from shared.events.types import ProgrammeName, Word
from shared.strict_yaml import StrictYaml

HERE = Path(__file__).parent
FEEDS_FILE, EXCHANGE_FILE = HERE / "feeds.yaml", HERE / "exchange.yaml"

_Days = Annotated[int, Field(ge=1, le=3_660)]
_Words = Annotated[str, Field(min_length=1, max_length=200)]


class Title(Model):
    """What a feed is called."""

    zh: _Words
    en: _Words


class _Cadence(Model):
    """How often, and whether the text says so or we do."""

    days: _Days
    source: Literal["text", "house"]


class FeedForm(Model):
    """A feed as the file states it."""

    title: Title
    facts: list[str]
    document: Word
    clause: str
    rows: list[str]
    cadence: _Cadence
    grace_days: Annotated[int, Field(ge=0, le=366)]
    programmes: Annotated[list[ProgrammeName], Field(min_length=1)]


class _FeedsForm(Model):
    feeds: Annotated[dict[Word, FeedForm], Field(min_length=1)]


class _Figure(Model):
    """A figure of ours, and why it is that."""

    value: Annotated[int, Field(ge=0, le=10_000)]
    source: Literal["text", "house"]
    why: _Words


class _ExchangeForm(Model):
    shrink_percent: _Figure
    least_people: _Figure
    patience_days: _Figure


def load_feeds(path: Path = FEEDS_FILE) -> dict[str, FeedForm]:
    """Return the feeds of a file by name.

    Raises:
        ConfigurationError: The file is not as it should be, or cites what the register of documents does not have; the
            message names the line.
    """
    stated = StrictYaml(path.name, path.read_text(encoding="utf-8"))
    feeds = stated.filled(_FeedsForm).feeds
    for name, feed in feeds.items():
        shipped_register().cited(stated, ("feeds", name), feed.document, feed.clause)
    return feeds


def load_promises(path: Path = FEEDS_FILE) -> dict[str, Promise]:
    """Return what the feeds of a file promise, by name; raises as `load_feeds` does."""
    return {
        name: Promise(feed.cadence.days, feed.grace_days, tuple(feed.programmes))
        for name, feed in load_feeds(path).items()
    }


def load_manners(path: Path = EXCHANGE_FILE) -> Manners:
    """Return how careful the roster exchange is.

    Raises:
        ConfigurationError: The file is not as it should be; the message names the line.
    """
    form = StrictYaml(path.name, path.read_text(encoding="utf-8")).filled(_ExchangeForm)
    return Manners(form.shrink_percent.value, form.least_people.value, form.patience_days.value)
