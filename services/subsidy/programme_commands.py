"""`bangfu programmes`: the programme files listed, shown, checked, and explained for a person."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.subsidy.adapters.changing import attached
from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, texts_of
from services.subsidy.catalogue import STATUS, as_seen, cases_by_programme, described, listed, programmes_page
from services.subsidy.domain.overrides import OVERRIDE, Overrides
from services.subsidy.domain.parameters import PARAMETERS, Parameters, Values
from services.subsidy.domain.person import PERSON
from services.subsidy.domain.programme import Programme, Rulebook
from services.subsidy.domain.provider import PROVIDER
from services.subsidy.explaining import explained
from services.subsidy.knowing import closed
from services.subsidy.showing import shown
from shared.catalog import partition_of
from shared.errors import BangfuError
from shared.ops.cases.model import read_cases
from shared.ops.clocks import AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say
from shared.strict_yaml import closest

Name = Annotated[str, typer.Argument(metavar="ID", help=say("项目编号，如 work-relief", "programme, e.g. work-relief"))]
FolderOption = Annotated[
    Path | None, typer.Option("--programmes", help=say("代替或补充随附文件的目录", "files added to the shipped ones"))
]
_HEADINGS = (
    ("programme", say("项目", "programme")),
    ("title" if say("zh", "en") == "zh" else "title_en", say("名称", "title")),
    ("clause", say("条款", "clause")),
    ("kind", say("类型", "kind")),
    ("figures", say("标准", "figures")),
    ("status", say("状态", "status")),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help=say("政策项目：列出、查看、校验、解释", "Programmes: list, show, check, explain")
    )
    group.command("list", help=say("列出全部项目及标准。", "List all programmes and their figures."))(list_)
    group.command("show", help=say("查看一个项目的全部内容。", "Show everything that a programme's file says."))(show_)
    group.command(
        "check", help=say("校验项目文件；错误指明文件和行号。", "Check programme files; errors name file and line.")
    )(check)
    group.command(
        "explain", help=say("说明某人在一个项目下应得多少、为什么。", "Say what a person gets of a programme, and why.")
    )(explain)
    group.command("docs", hidden=True)(docs)
    app.add_typer(group, name="programmes")


def list_(programmes: FolderOption = None, as_of: AsOf = "", known_at: KnownAt = "", as_json: AsJson = False) -> None:
    """List all programmes and their figures."""
    rows = listed(as_seen(_rulebook(programmes), clocks(as_of, known_at)))
    if not as_json:
        rows = [row | {"status": say(*STATUS[row["status"]])} for row in rows]
    show(rows, _HEADINGS, title=say("政策项目", "programmes"), as_json=as_json)


def show_(
    name: Name,
    programmes: FolderOption = None,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show everything that a programme's file says."""
    rulebook = as_seen(_rulebook(programmes), clocks(as_of, known_at))
    found = described(_named(rulebook, name), rulebook)
    if as_json:
        _print_json(found)
        return
    for line in shown(found):
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def check(
    folder: Annotated[Path | None, typer.Argument(help=say("目录；缺省为随附文件", "folder; default: shipped"))] = None,
    difference: Annotated[
        Path | None,
        typer.Option(help=say("改动各文件须引用的差异文件", "what `whatif --out` wrote, which each file has to name")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check programme files; a mistake is one line that names file, line and what is right, and exit code 2."""
    rows = listed(_rulebook(folder))
    if folder and difference:
        files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
        attached(files, difference.read_bytes())
    counts = {status: sum(row["status"] == status for row in rows) for status in STATUS}
    if as_json:
        _print_json({"programmes": len(rows), **counts})
        return
    sums = say("，", ", ").join(f"{counts[status]} {say(*words)}" for status, words in STATUS.items())
    console.print(
        say(f"{len(rows)} 个项目，没有错误：{sums}", f"{len(rows)} programmes, no mistake: {sums}"), highlight=False
    )


def explain(
    name: Name,
    person: Annotated[str, typer.Option(help=say("人员编号 (p...)", "person id (p...)"))],
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Say what a person gets of a programme by all facts known, and why."""
    found = _explained(_named(shipped_rulebook(), name), person, clocks(as_of, known_at))
    if as_json:
        _print_json(found)
        return
    console.print(f"{found['title'][say('zh', 'en')]}  {found['clause']}", highlight=False, soft_wrap=True)
    console.print(found["says"], highlight=False, soft_wrap=True)
    marks = {True: "✓", False: "✗", None: "·"}
    for condition in found["conditions"]:
        console.print(f"{marks[condition['holds']]} {condition['says']}", highlight=False, soft_wrap=True)
    for claim in found["claims"]:
        reason = "" if claim["parameter"] is None else f" ({claim['parameter']})"
        because = (
            f"{claim['reason']}: {claim['because']}{reason}" if claim["reason"] else " ".join(claim["computation"])
        )
        later = claim["not_before"]
        when = say(f"（{later} 结账时）", f" (at the close of {later})") if later else ""
        text = f"{claim['period']}  {claim['payee']}  {claim['amount']}  {because}{when}"
        console.print(text, highlight=False, soft_wrap=True)
    if not found["claims"]:
        facts = ", ".join(found["driven_by"])
        said = say(f"没有可计的事实；需要：{facts}", f"no fact makes anything due; it takes: {facts}")
        console.print(said, highlight=False, soft_wrap=True)


def docs(path: Path = Path("docs/programmes.md"), cases: Path = Path("tests/cases")) -> None:
    """Write the page of the programmes."""
    known = cases_by_programme(case for file in sorted(cases.glob("*.yaml")) for case in read_cases(file))
    path.write_text(programmes_page(shipped_rulebook(), known), encoding="utf-8")


def _rulebook(folder: Path | None) -> Rulebook:
    return shipped_rulebook() if folder is None else read_rulebook(texts_of(folder))


def _named(rulebook: Rulebook, name: str) -> Programme:
    if name not in rulebook.programmes:
        known = closest(name, rulebook.programmes)
        raise BangfuError(say(f"没有项目 {name}{known}", f"there is no programme {name}{known}"))
    return rulebook.programmes[name]


def _explained(programme: Programme, person_id: str, seen: Clocks) -> dict[str, Any]:
    people = kept(PERSON, seen, ids={person_id})
    if person_id not in people:
        raise BangfuError(
            say("没有此人的记录；人员编号以 p 开头", "nothing is known of that person; a person id begins with p")
        )
    person, place = people[person_id], f"p{partition_of(person_id)}"
    names = sorted({training.provider_id for training in person.record.trainings.values()})
    known = kept(PROVIDER, seen, ids={f"{place}|{name}" for name in names})
    parameters = kept(PARAMETERS, seen, ids={place}).get(place, Parameters())
    overrides = kept(OVERRIDE, seen, ids={place}).get(place, Overrides()).said
    mine = tuple(entry for entry in overrides if entry.person in ("", person_id))
    return explained(
        programme,
        person_id,
        person,
        Values(shipped_rulebook(), parameters, person_id, mine),
        closed=closed(seen),
        providers={name: known[f"{place}|{name}"] for name in names if f"{place}|{name}" in known},
        seen=seen,
    )


def _print_json(found: Any) -> None:
    console.print_json(json.dumps(found, ensure_ascii=False, default=str))
