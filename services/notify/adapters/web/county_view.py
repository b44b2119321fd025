"""What the county pages are made of: cells that link to their rows, tables, charts, and the words for codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from markupsafe import Markup
from pydantic import Field

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Form, Principal
from services.notify.register_views import EVERYTHING, By, Figure, Registers, Where
from services.notify.shipped import targets, titled
from shared.money import yuan
from shared.places import place_words

Kind = Literal["text", "count", "money", "percent", "day", "id"]
_TOWNSHIP: Final = 9
_COUNTY: Final = 6
_TEN_MILLION_YUAN: Final = 10**9  # in fen
_WORDS_OF: Final = {"people": "status", "placements": "post_kind", "duties": "duty"}
_MONEY: Final = frozenset({"subsidies", "budgets", "waiting"})


class Look(Form):
    """What is looked at: an area inside one's own, a year, one programme; left out: all of it, this year."""

    area: Annotated[str, Field(pattern=r"^(\d{4}|\d{6}|\d{9}|\d{12})$")] | None = None
    year: Annotated[str, Field(pattern=r"^20\d{2}$")] | None = None
    programme: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,47}$")] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: whole fen where it is money, whole per cent where it is a share; `href`: where its rows are."""

    value: str | int | None = None
    kind: Kind = "text"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headings; `total` adds them up."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One figure of the overview."""

    label: str
    cell: Cell
    tone: Literal["", "bad"] = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and what stands under it."""

    title: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Section:
    """One page: figures, charts, and tables that say all that the charts say."""

    name: str
    title: str
    cards: tuple[Card, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class View:
    """What somebody looks at, and how things are called in their language.

    Args:
        day: The open day. brief: Only figures and the first chart of a section are wanted.
    """

    desk: Desk
    principal: Principal
    look: Look
    day: date
    brief: bool = False
    registers: Registers = field(init=False)

    def __post_init__(self) -> None:
        """Keep every query in the principal's scope."""
        object.__setattr__(self, "registers", Registers(self.desk.db, self.principal.scope))

    @property
    def year(self) -> str:
        """Return the year looked at."""
        return self.look.year or f"{self.day.year:04}"

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the areas looked at."""
        return self.principal.scope.narrowed(self.look.area).areas

    def t(self, key: str, /, **values: object) -> str:
        """Return a text of the console."""
        return self.desk.words.say(self.principal.lang, f"county.{key}", **values)

    async def figures(self, register: str, where: Where = EVERYTHING, *by: By) -> list[Figure]:
        """Return sums of what is looked at."""
        return await self.registers.figures(register, self.inside(where), *by)

    async def total(self, register: str, where: Where = EVERYTHING) -> Figure:
        """Return one sum of what is looked at."""
        return await self.registers.total(register, self.inside(where))

    def inside(self, where: Where) -> Where:
        """Return a filter without what lies outside the area looked at."""
        return where if self.look.area is None else where.model_copy(update={"area": self.look.area})

    def link(self, register: str, where: Where = EVERYTHING) -> str:
        """Return the page with the rows of a figure: the very filter that the figure was summed by."""
        return f"/county/rows/{register}{asked(self.inside(where))}"

    def count(self, figure: Figure | None, register: str, where: Where) -> Cell:
        """Return a count with the link to its rows."""
        return Cell(figure.count if figure else 0, "count", self.link(register, where) if figure else "")

    def money(self, figure: Figure | None, register: str, where: Where) -> Cell:
        """Return an amount with the link to its rows."""
        return Cell(figure.amount_fen if figure else 0, "money", self.link(register, where) if figure else "")

    def series(self, register: str, code: str) -> str:
        """Return what a series is called."""
        if register in _MONEY:
            return titled(code, self.principal.lang)
        if register == "targets":
            return next((each.title.in_(self.principal.lang) for each in targets() if each.id == code), code)
        return self._word(register, code) or self._said(f"series.{register}.{code}", code)

    def stage(self, register: str, code: str) -> str:
        """Return what has become of a row, in words."""
        return self._said(f"stage.{register}.{code}", code)

    def place(self, code: str) -> str:
        """Return what an area is called, as far as it is known; a village stands with its code."""
        if 0 < len(code) < _COUNTY:
            return self.t("city_area", code=code)
        words = place_words(code[:_COUNTY], code[:_TOWNSHIP] if len(code) >= _TOWNSHIP else "") or code[:_COUNTY]
        return f"{words} {code[_TOWNSHIP:]}".strip() if code else self.t("no_area")

    def _word(self, register: str, code: str) -> str:
        name = _WORDS_OF.get(register, "")
        said = self.desk.phrases.words.get(name, {}).get(code)
        for rule in self.desk.rules.rules if name and said is None else ():
            said = said or rule.words.get(name, {}).get(code)
        return said.in_(self.principal.lang) if said else ""

    def _said(self, key: str, code: str) -> str:
        return self.t(key) if self.desk.words.known(f"county.{key}") else code


def asked(form: Form) -> str:
    """Return a filter as the query of an address; nothing where it asks for nothing."""
    pairs: Mapping[str, Any] = form.model_dump(mode="json", exclude_defaults=True)
    return f"?{urlencode(pairs, doseq=True)}" if pairs else ""


def summed_up(label: str, rows: Iterable[tuple[Cell, ...]], *links: str) -> tuple[Cell, ...]:
    """Return the line that adds up counts and amounts; shares, days and words are left out.

    `links` are where the rows of the sums are, column by column.
    """
    columns = list(zip(*rows, strict=True))
    cells = [Cell(label)]
    for place, column in enumerate(columns[1:]):
        kind, href = column[0].kind, links[place] if place < len(links) else ""
        added = sum(int(cell.value or 0) for cell in column) if kind in ("count", "money") else None
        cells.append(Cell(added, kind, href if added else ""))
    return tuple(cells) if columns else ()


def in_yuan(fen: int) -> str:
    """Return an amount for a chart: whole yuan, or ten thousands of them (万元) where it is large."""
    return f"{fen // 1_000_000:,}万" if abs(fen) >= _TEN_MILLION_YUAN else f"{int(yuan(fen).partition('.')[0]):,}"
