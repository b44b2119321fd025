"""Every row of the source documents: what it asks, what carries it, which test shows it; and the page docs/coverage.md.

`python -m tests.coverage.page` writes the page.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Model
from shared.strict_yaml import StrictYaml

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "coverage.md"
_FILES = ("zhangzhou", "qingyang", "shandong", "heshui", "essays", "registers")
_STATUS = {"carried": "承担", "words_only": "只记录", "not_carried": "未承担"}
_HEAD = """# 覆盖情况 Coverage

由 `tests/coverage/*.yaml` 生成（`make docs`）；测试核对每个承担者和每个测试确实存在、没有缺行、本页是最新的。
*承担* carried：有数据或代码按它行事（计、付、派、催、限），并有测试。
*只记录* words_only：事实收得下、条款写得进，但没有任何东西据此行事。
*未承担* not carried：没有事实或不是系统的事，理由在最后一列。

"""


class Row(Model):
    """A row of a document.

    Args:
        asks: What it asks for, in the project's own words.
        carriers: `<kind>:<name>`, see carriers.py. tests: `<path>::<name>`.
        why: What is missing, where something is.
    """

    asks: Annotated[str, Field(min_length=1, max_length=200)]
    status: Literal["carried", "words_only", "not_carried"]
    carriers: list[str] = Field(default_factory=list)
    tests: list[str] = Field(default_factory=list)
    why: str = ""


class Part(Model):
    """The rows of one document."""

    document: str
    rows: dict[str, Row]


@cache
def parts() -> tuple[Part, ...]:
    """Return the documents and their rows, in order."""
    return tuple(
        StrictYaml(f"tests/coverage/{name}.yaml", (HERE / f"{name}.yaml").read_text(encoding="utf-8")).filled(Part)
        for name in _FILES
    )


def rows() -> dict[str, Row]:
    """Return every row by its id."""
    return {id_: row for part in parts() for id_, row in part.rows.items()}


def page() -> str:
    """Return the page."""
    counts = Counter(row.status for row in rows().values())
    lines = [_HEAD, "| 状态 | 行数 |\n|---|---|\n"]
    lines += [f"| {said} | {counts[status]} |\n" for status, said in _STATUS.items()]
    for part in parts():
        lines.append(
            f"\n## {part.document}\n\n| 行 | 要求 | 状态 | 承担者 | 测试 | 说明 |\n|---|---|---|---|---|---|\n"
        )
        lines += [_line(id_, row) for id_, row in part.rows.items()]
    return "".join(lines)


def _line(id_: str, row: Row) -> str:
    carriers = "、".join(f"`{carrier}`" for carrier in row.carriers) or "-"
    tests = "<br>".join(test.removeprefix("tests/") for test in row.tests) or "-"
    return f"| {id_} | {row.asks} | {_STATUS[row.status]} | {carriers} | {tests} | {row.why or '-'} |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
