"""The rows behind a figure, as a table: what each is, who it is about, and the event that made it so."""

from collections.abc import Iterable
from typing import Final

from services.notify.adapters.web.case_list import READERS
from services.notify.adapters.web.county_view import Cell, Kind, Table, View
from services.notify.adapters.web.endpoint import FINANCE
from services.notify.domain.register_row import Row
from services.notify.shipped import targets

_USCC: Final = 18  # characters of a credit code
_MONEY: Final = frozenset({"subsidies", "budgets", "waiting"})
_HEADS: Final = ("id", "place", "series", "stage", "on", "until", "year", "amount", "person", "party", "details")
_ENDS: Final = ("cause", "known_on")


def rows_table(view: View, register: str, rows: Iterable[Row], homes: dict[str, str]) -> Table:
    """Return rows as a table without columns in which nothing stands; `homes` says where people live now."""
    heads = tuple(view.t(f"row.{name}") for name in (*_HEADS, *_ENDS))
    lines = tuple(_line(view, register, row, homes) for row in rows)
    kept = [
        place for place in range(len(heads)) if not lines or any(line[place].value not in (None, "") for line in lines)
    ]
    short = tuple(tuple(line[place] for place in kept) for line in lines)
    return Table(register, view.t(f"register.{register}"), tuple(heads[place] for place in kept), short)


def _line(view: View, register: str, row: Row, homes: dict[str, str]) -> tuple[Cell, ...]:
    home = homes.get(row.person_id or "", "")
    area = home if row.county and home.startswith(row.county) else row.area
    details = "；".join(f"{view.t(f'detail.{name}')} {value}" for name, value in sorted(row.details.items())
                       if view.desk.words.known(f"county.detail.{name}"))  # fmt: skip
    return (
        Cell(row.id.partition("/")[2], "id"),
        Cell(view.place(area)),
        Cell(view.series(register, row.series)),
        Cell(view.stage(register, row.stage)),
        Cell(row.on.isoformat() if row.on else None, "day"),
        Cell(row.until.isoformat() if row.until else None, "day"),
        Cell(row.year or None, "text"),
        _amount(register, row),
        _person(view, row),
        _party(view, row),
        Cell(details),
        Cell(row.cause, "id"),
        Cell(row.known_on.isoformat() if row.known_on else None, "day"),
    )


def _amount(register: str, row: Row) -> Cell:
    """Return what a row adds to its figures; who a target is for stands as what it adds to the whole."""
    if register in _MONEY:
        return Cell(row.amount_fen, "money")
    if register != "targets":
        return Cell(row.count, "count")
    unit = next((target.unit for target in targets() if target.id == row.series), "")
    kind: Kind = "money" if unit == "fen" else "count"
    return Cell(row.count, kind) if row.year else Cell(row.whole, "count")


def _person(view: View, row: Row) -> Cell:
    if row.person_id is None:
        return Cell(None, "id")
    is_open = view.principal.role in READERS
    return Cell(row.person_id, "id", f"/cases/{row.person_id}" if is_open else "")


def _party(view: View, row: Row) -> Cell:
    is_open = row.party is not None and len(row.party) == _USCC and view.principal.role in READERS | FINANCE
    return Cell(row.party, "id", f"/employers/{row.party}" if is_open else "")
