"""Charts as SVG text: bars, stacked columns, a burn-down with its pace, shares against a pace, a funnel. Pure.

Nothing but presentation attributes and classes of console.css, because the policy of the pages forbids inline style.
Every chart has a title and a description, says its figures as text, and stands beside a table with the same figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
_LEFT, _RIGHT, _ROW, _TOP = 168, 96, 30, 8
_PLOT_LEFT, _PLOT_TOP, _PLOT_HEIGHT, _LABELS = 72, 12, 180, 40
_SERIES: Final = 5  # colours of the style sheet
_LETTERS: Final = 13  # of a label, the widest
_TICKS: Final = 4
_HUNDRED: Final = 100
Shown = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Args:
        shown: The value as text. href: Where its rows are. mark: Where it should be by now, in the value's unit.
    """

    label: str
    value: int
    shown: str
    href: str = ""
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a chart is called, and what it says in one sentence; `name` is unique on the page."""

    name: str
    title: str
    says: str


def bars(heading: Heading, items: Sequence[Bar], *, most: int | None = None) -> Markup:
    """Return horizontal bars, the longest as wide as there is room; `most` is the value of a full width."""
    full = most or max([1, *(abs(item.value) for item in items)])
    room = WIDTH - _LEFT - _RIGHT
    parts = []
    for number, item in enumerate(items):
        y = _TOP + number * _ROW
        wide = _share(min(abs(item.value), full), full, room)
        drawn = _rect(_LEFT, y + 4, wide, _ROW - 10, "s1" if item.value >= 0 else "s2")
        drawn += _text(_LEFT - 8, y + 19, _short(item.label), "end")
        mark = 0 if item.mark is None else _share(min(item.mark, full), full, room)
        drawn += _text(_LEFT + max(wide, mark) + 6, y + 19, item.shown)
        if item.mark is not None:
            drawn += Markup('<path class="l2" d="M{} {}v{}"/>').format(_LEFT + mark, y + 1, _ROW - 4)
        parts.append(_linked(drawn, item.href, f"{item.label} {item.shown}"))
    return _svg(heading, Markup("").join(parts), 2 * _TOP + _ROW * len(items))


def funnel(heading: Heading, steps: Sequence[Bar]) -> Markup:
    """Return centred bars, each a step of the one above it; the share of the first step stands with the value."""
    full = max([1, *(step.value for step in steps)])
    room = WIDTH - _LEFT - _RIGHT
    first = steps[0].value if steps else 0
    parts = []
    for number, step in enumerate(steps):
        y = _TOP + number * _ROW
        wide = _share(step.value, full, room)
        drawn = _rect(_LEFT + (room - wide) // 2, y + 3, wide, _ROW - 6, "s1")
        drawn += _text(_LEFT - 8, y + 19, _short(step.label), "end")
        share = f" {step.value * _HUNDRED // first}%" if number and first else ""
        drawn += _text(WIDTH - _RIGHT + 6, y + 19, step.shown + share)
        parts.append(_linked(drawn, step.href, f"{step.label} {step.shown}{share}"))
    return _svg(heading, Markup("").join(parts), 2 * _TOP + _ROW * len(steps))


def stacked(
    heading: Heading, columns: Sequence[str], series: Mapping[str, Sequence[int]], shown: Shown = str
) -> Markup:
    """Return stacked columns with a legend; values are not negative, one of each series for each column."""
    sums = [sum(values[place] for values in series.values()) for place in range(len(columns))]
    full = _round_up(max([1, *sums]))
    parts = [_axis(full, shown)]
    for place, (left, wide) in enumerate(_columns(len(columns))):
        bottom = _PLOT_TOP + _PLOT_HEIGHT
        for number, (name, values) in enumerate(series.items()):
            if tall := _share(values[place], full, _PLOT_HEIGHT):
                bottom -= tall
                hint = f"{columns[place]} {name} {shown(values[place])}"
                parts.append(_hinted(_rect(left, bottom, wide, tall, _colour(number)), hint))
        parts.append(_under(left + wide // 2, columns[place], place, len(columns)))
    legend = [_key(number, name) for number, name in enumerate(series)]
    tall = _PLOT_TOP + _PLOT_HEIGHT + _LABELS
    return _svg(heading, Markup("").join([*parts, *legend]), tall + 20 * -(-len(legend) // 3))


def burn_down(
    heading: Heading, columns: Sequence[str], lines: Mapping[str, Sequence[int | None]], shown: Shown
) -> Markup:
    """Return lines over the same columns, such as what is left of a budget and what would be left at an even pace.

    `lines` are by name, None where there is nothing to say yet; the first is drawn full, the others are guides.
    """
    values = [value for line in lines.values() for value in line if value is not None]
    full, low = _round_up(max([1, *values])), min([0, *values])
    parts = [_axis(full, shown)]
    step = (WIDTH - _PLOT_LEFT - 16) // max(1, len(columns) - 1)

    def point(place: int, value: int) -> tuple[int, int]:
        return _PLOT_LEFT + step * place, _PLOT_TOP + _PLOT_HEIGHT - _share(value, full, _PLOT_HEIGHT)

    for number, (name, line) in enumerate(lines.items()):
        points = [point(place, max(value, low)) for place, value in enumerate(line) if value is not None]
        parts += [_segment(one, two, number) for one, two in pairwise(points)]
        if number == 0:
            said = [(place, value) for place, value in enumerate(line) if value is not None]
            parts += [
                _hinted(
                    Markup('<circle class="s1" cx="{}" cy="{}" r="4"/>').format(*point(p, v)),
                    f"{columns[p]} {shown(v)}",
                )
                for p, v in said
            ]
        parts.append(_key(number, name))
    parts += [_under(point(place, 0)[0], name, place, len(columns)) for place, name in enumerate(columns)]
    below = _share(-low, full, _PLOT_HEIGHT)
    return _svg(heading, Markup("").join(parts), _PLOT_TOP + _PLOT_HEIGHT + _LABELS + 20 + below)


def _svg(heading: Heading, inside: Markup, height: int) -> Markup:
    role = "group" if "<a " in inside else "img"
    return Markup(
        '<svg class="chart" role="{role}" viewBox="0 0 {width} {height}" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{says}</desc>{inside}</svg>'
    ).format(
        role=role, width=WIDTH, height=height, name=heading.name, title=heading.title, says=heading.says, inside=inside
    )


def _axis(full: int, shown: Shown) -> Markup:
    """Return lines across the plot with their values at the left."""
    lines = []
    for number in range(_TICKS + 1):
        y = _PLOT_TOP + _PLOT_HEIGHT - _PLOT_HEIGHT * number // _TICKS
        kind = "grid" if number else "axis"
        lines.append(Markup('<path class="{}" d="M{} {}H{}"/>').format(kind, _PLOT_LEFT, y, WIDTH - 8))
        lines.append(_text(_PLOT_LEFT - 6, y + 4, shown(full * number // _TICKS), "end"))
    return Markup("").join(lines)


def _columns(count: int) -> list[tuple[int, int]]:
    """Return left edge and width of each column."""
    room = (WIDTH - _PLOT_LEFT - 8) // max(1, count)
    wide = max(2, min(40, room * 7 // 10))
    return [(_PLOT_LEFT + room * place + (room - wide) // 2, wide) for place in range(count)]


def _under(x: int, name: str, place: int, count: int) -> Markup:
    """Return the name under a column; where there are many, only every second or third has one."""
    return _text(x, _PLOT_TOP + _PLOT_HEIGHT + 16, name, "middle") if place % -(-count // 12) == 0 else Markup("")


def _key(number: int, name: str) -> Markup:
    x = _PLOT_LEFT + number % 3 * 180
    y = _PLOT_TOP + _PLOT_HEIGHT + _LABELS - 2 + 20 * (number // 3)
    return _rect(x, y - 10, 12, 12, _colour(number)) + _text(x + 18, y, _short(name))


def _segment(one: tuple[int, int], two: tuple[int, int], number: int) -> Markup:
    dashes = Markup(' stroke-dasharray="6 4"') if number else Markup("")
    return Markup('<path class="l{}" d="M{} {}L{} {}"{}/>').format(number % 3 + 1, *one, *two, dashes)


def _rect(x: int, y: int, width: int, height: int, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(kind, x, y, width, height)


def _text(x: int, y: int, said: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, said)


def _hinted(drawn: Markup, hint: str) -> Markup:
    return Markup("<g><title>{}</title>{}</g>").format(hint, drawn)


def _linked(drawn: Markup, href: str, said: str) -> Markup:
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(href, said, drawn) if href else drawn


def _colour(number: int) -> str:
    return f"s{number % _SERIES + 1}"


def _short(label: str) -> str:
    return label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"


def _share(value: int, full: int, room: int) -> int:
    return value * room // full


def _round_up(value: int) -> int:
    """Return the next value of one leading figure (1, 2, 4, 5, 8, 10 …) that four ticks divide well."""
    power = int("1".ljust(len(str(value)), "0"))
    steps = (1, 2, 4, 6, 8, 10)
    found = next(step * power for step in steps if step * power >= value)
    return max(_TICKS, found)
