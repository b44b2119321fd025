"""Charts: SVG that says its figures as text, needs no inline style, and is the same bytes for the same figures."""

import re
from xml.etree import ElementTree as ET

import pytest

from services.notify.adapters.web.charts import Bar, Heading, bars, burn_down, funnel, stacked

HEADING = Heading("c", "就业 <b>", "普通 3；车间 1")
ITEMS = [
    Bar("普通岗位", 3, "3", "/county/rows/placements?series=ordinary&stage=ended"),
    Bar("扶贫车间", 1, "1", mark=2),
]
GOLDEN = (
    '<svg class="chart" role="group" viewBox="0 0 640 76" aria-labelledby="c-t c-d">'
    '<title id="c-t">就业 &lt;b&gt;</title>'
    '<desc id="c-d">普通 3；车间 1</desc>'
    '<a href="/county/rows/placements?series=ordinary&amp;stage=ended" aria-label="普通岗位 3">'
    '<rect class="s1" x="168" y="12" width="376" height="20"/><text x="160" y="27" text-anchor="end">普通岗位</text>'
    '<text x="550" y="27" text-anchor="start">3</text></a>'
    '<rect class="s1" x="168" y="42" width="125" height="20"/><text x="160" y="57" text-anchor="end">扶贫车间</text>'
    '<text x="424" y="57" text-anchor="start">1</text><path class="l2" d="M418 39v26"/></svg>'
)
CHARTS = {
    "bars": bars(HEADING, ITEMS),
    "no bars": bars(HEADING, []),
    "funnel": funnel(HEADING, ITEMS),
    "empty funnel": funnel(HEADING, [Bar("a", 0, "0"), Bar("b", 0, "0")]),
    "stacked": stacked(HEADING, ["01", "02"], {"a": [3, 0], "b": [1, 0]}),
    "nothing stacked": stacked(HEADING, [], {}),
    "burn-down": burn_down(HEADING, ["01", "02", "03"], {"left": [100, 40, None], "pace": [66, 33, 0]}, str),
    "overdrawn": burn_down(HEADING, ["01", "02"], {"left": [100, -40]}, str),
}


def test_bars_are_drawn_as_they_always_were() -> None:
    assert CHARTS["bars"] == GOLDEN


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_says_what_it_is_and_has_no_style_of_its_own(name: str) -> None:
    svg = ET.fromstring(CHARTS[name])  # noqa: S314 - our own text
    titled, described = svg.attrib["aria-labelledby"].split()
    assert [(each.attrib["id"], each.text) for each in svg[:2]] == [(titled, HEADING.title), (described, HEADING.says)]
    for element in svg.iter():
        assert not {"style", "onclick", "fill", "stroke"} & element.attrib.keys()
        for size in ("width", "height"):
            assert int(element.attrib.get(size, 0)) >= 0


def test_the_steps_of_a_funnel_say_their_share_of_the_first() -> None:
    drawn = funnel(HEADING, [Bar("a", 200, "200"), Bar("b", 50, "50")])
    assert re.findall(r">(\d[^<]*)<", drawn) == ["200", "50 25%"]


def test_columns_are_as_tall_as_their_share_of_the_axis() -> None:
    heights = [int(h) for h in re.findall(r'<rect class="s[12]"[^>]*height="(\d+)"', CHARTS["stacked"])]
    assert heights[:2] == [135, 45]  # of 180 for an axis up to 4


def test_a_line_ends_where_nothing_is_known_yet() -> None:
    assert CHARTS["burn-down"].count('class="l1"') == 1
    assert CHARTS["burn-down"].count('class="l2"') == 2
    assert CHARTS["burn-down"].count("<circle") == 2


def test_a_long_label_is_cut_and_said_in_full_to_who_listens() -> None:
    name = "农村实用人才服务站一次性建站补助"
    drawn = bars(HEADING, [Bar(name, 1, "1", "/x")])
    assert f'aria-label="{name} 1"' in drawn
    assert ">农村实用人才服务站一次性…<" in drawn
