"""The `bangfu` command: finds the services by entry points and imports none of them."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from shared.access.mongo_credentials import without_login
from shared.access.mongo_script import new_mongo_secrets
from shared.errors import BangfuError
from shared.ops import (
    credentials,
    deadletters,
    dispositions,
    erasing,
    imports,
    known,
    mongo_credentials,
    reconcile,
    replay_command,
    trace,
)
from shared.ops.audit import commands as audit
from shared.ops.cases.live import run_live
from shared.ops.cases.model import case_files, read_cases
from shared.ops.cases.run import run_case, totals
from shared.ops.demo import EIGHTEEN_MONTHS, YEAR
from shared.ops.demo import demo as run_demo
from shared.ops.eventflow import write_event_flow
from shared.ops.intake import publish_file
from shared.ops.output import AsJson, console, errors, show
from shared.ops.running import Running, find_running, find_services
from shared.ops.status import look
from shared.ops.supervisor import Supervisor, replicas_named
from shared.ops.words import headed, say
from shared.runner.core import Service
from shared.settings import Settings, new_secrets
from shared.store import StoreError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say(
        "帮扶：事件总线上的精准就业帮扶。先 `bangfu up`，再在另一个终端导入、发布、查询。英文界面：BANGFU_LANG=en。",
        "Bangfu: precise employment assistance on an event bus. Start `bangfu up`, then publish, import and ask "
        "from another terminal. 中文界面：BANGFU_LANG=zh.",
    ),
)
ops = typer.Typer(no_args_is_help=True, help=say("运维与审计", "Operations and audit"))
app.add_typer(ops, name="ops")
app.add_typer(imports.app, name="import")
app.command("template", hidden=True)(imports.template)  # as it was called first
ops.add_typer(mongo_credentials.app, name="mongo")
for group in (credentials, dispositions, deadletters, erasing, reconcile, replay_command, trace, known, audit):
    group.register(ops)


@app.command(
    help=say(
        "前台启动 NATS、MongoDB 和四个服务；Ctrl-C 停止。",
        "Run NATS, MongoDB and the four services in the foreground; Ctrl-C stops them.",
    )
)
def up(
    replicas: Annotated[
        str, typer.Option(help=say("服务的进程数，如 subsidy=2,notify=2", "processes of a service: subsidy=2,notify=2"))
    ] = "",
) -> None:
    """Run NATS, MongoDB and the four services in the foreground; Ctrl-C stops them."""
    settings, counts = Settings(), replicas_named(replicas)
    with Supervisor(settings, said=lambda line: errors.print(f"[dim]{line}[/]"), replicas=counts) as supervisor:
        running = supervisor.running
        rows = [{"part": "nats", "url": running.nats_url}, {"part": "mongo", "url": without_login(running.mongo_url)}]
        rows += [{"part": name, "url": f"{url}/docs/asyncapi"} for name, url in running.services.items()]
        show(rows, [("part", say("部分", "part")), ("url", "URL")], title=say("已就绪", "ready"), as_json=False)
        console.print(
            say("另开一个终端：bangfu status。Ctrl-C 停止。", "In another terminal: bangfu status. Ctrl-C stops.")
        )
        for line in (line for service in find_services() for line in _welcome(service, running, settings)):
            console.print(line, highlight=False, soft_wrap=True)
        supervisor.serve()


def _welcome(service: Service, running: Running, settings: Settings) -> list[str]:
    """Return what a service says of itself once it runs (`extras["welcome"]`)."""
    said: list[str] = service.extras.get("welcome", lambda *_: [])(running, settings)
    return said


@app.command(
    help=say(
        "让样本县走完整个系统，打印故事并核对账目。",
        "Run the sample county through the whole system, print the story and check that it adds up.",
    )
)
def demo(
    keep: Annotated[bool, typer.Option(help=say("保留数据目录", "keep the data directory"))] = False,
    kill: Annotated[str, typer.Option(help=say("演示中 kill -9 该服务", "kill -9 this service meanwhile"))] = "",
    year: Annotated[
        bool, typer.Option("--year", help=say("两千人的一年（约三分钟）", "a year of 2,000 people, some three minutes"))
    ] = False,
) -> None:
    """Run the sample county through the whole system, print the story and check that it adds up."""
    raise typer.Exit(run_demo(YEAR if year else EIGHTEEN_MONTHS, keep=keep, kill=kill))


@app.command(
    help=say(
        "发布 CloudEvents（每行一个 JSON），逐条说明结果。",
        "Publish CloudEvents (one JSON object a line) and say what became of each.",
    )
)
def publish(
    file: Annotated[str, typer.Argument(help=say("JSON Lines 文件，- 为标准输入", "JSON lines file, - for stdin"))],
    as_json: AsJson = False,
) -> None:
    """Publish CloudEvents (one JSON object a line) and say what became of each."""
    raise typer.Exit(publish_file(find_running(Settings(), store=False), file, as_json=as_json))


@app.command(
    help=say("服务、流、积压、等待与拒绝的事实。", "Show services, streams, lag, and what was parked or rejected.")
)
def status(as_json: AsJson = False) -> None:
    """Show services, streams, lag, and what was parked or rejected."""
    settings = Settings()
    found = asyncio.run(look(settings, find_running(settings), find_services()))
    if as_json:
        console.print_json(data=vars(found))
        raise typer.Exit(0 if all(row["ready"] for row in found.services) else 1)
    tables = (
        (found.services, ["service", "ready", "failing", "url"], say("服务", "services")),
        (found.processes, ["service", "process", "ticket", "lanes", "leads", "seen"], say("进程", "processes")),
        (found.streams, ["stream", "messages", "last", "megabytes"], say("流", "streams")),
        (found.consumers, ["consumer", "partitions", "lag", "in_hand", "missing"], say("消费者", "consumers")),
        (found.messages, ["consumer", "outcome", "code", "count"], say("处理结果", "dispositions")),
    )
    for rows, columns, title in tables:
        show(rows, headed(*columns), title=title, as_json=False)
    raise typer.Exit(0 if all(row["ready"] for row in found.services) else 1)


@app.command(
    help=say("不起服务器，用纯核心运行政策案例。", "Run policy cases through the pure core, without a server.")
)
def cases(
    paths: Annotated[list[Path], typer.Argument(help=say("案例文件，或其目录", "files of cases, or folders of them"))],
    live: Annotated[
        bool, typer.Option("--live", help=say("每例起一套真实的系统", "a real system of its own for each case"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run policy cases through the pure core, without a server."""
    named = [(path, case) for path in case_files(paths) for case in read_cases(path)]
    services, began, verdicts = find_services(), time.monotonic(), []
    judged = run_live([case for _, case in named]) if live else (run_case(case, services) for _, case in named)
    for (path, case), verdict in zip(named, judged, strict=True):
        verdicts.append(verdict)
        if not as_json:
            mark = "[green]✓[/]" if verdict.passed else "[red]✗[/]"
            how_far = f"{len(verdicts)}/{len(named)} {time.monotonic() - began:.0f} s " if live else ""
            console.print(f"{mark} {how_far}{path.name}: {case.case}", highlight=False, soft_wrap=True)
            for difference in verdict.differences:
                console.print(f"    {difference}", highlight=False, soft_wrap=True)
    if as_json:
        rows = [{"case": v.case.case, "passed": v.passed, "differences": v.differences} for v in verdicts]
        console.print_json(data=rows)
    else:
        console.print(totals(verdicts), highlight=False)
    raise typer.Exit(0 if all(verdict.passed for verdict in verdicts) else 1)


@app.command(hidden=True)
def docs(path: Path = Path("docs/event-flow.md")) -> None:
    """Write the event flow from the catalogue."""
    write_event_flow(path)


@ops.command()
def keys() -> None:
    """Print a fresh set of secrets for a deployment's environment."""
    for name, value in (new_secrets() | new_mongo_secrets(find_services())).items():
        sys.stdout.write(f"{name}={value}\n")


def _is_own(words: list[str]) -> bool:
    """Tell whether a command line names a command that no service brings."""
    own = {each.name or getattr(each.callback, "__name__", "") for each in app.registered_commands}
    return next(iter(words), "") in own | {each.name for each in app.registered_groups}


def main() -> None:
    """Run the command; a mistake of the user is one line on standard error and exit code 2."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what a command started is stopped
    try:
        if not _is_own(sys.argv[1:]):  # importing four services takes longer than most of our own commands do
            for service in find_services():
                service.extras.get("commands", lambda _: None)(app)
        app()
    except BangfuError as error:
        errors.print(f"[red]{say('错误', 'error')}:[/] {escape(str(error))}", highlight=False)
        raise SystemExit(2) from None
    except OSError as error:
        if error.filename is None:  # no file of the user's
            raise
        errors.print(
            f"[red]{say('错误', 'error')}:[/] {escape(f'{error.filename}: {error.strerror}')}", highlight=False
        )
        raise SystemExit(2) from None
    except StoreError as error:  # its kind only: what a driver says may quote an address with its password
        kind = type(error).__name__
        said = say(
            f"MongoDB：{kind}；请检查 MONGO_URL 和该用户的权限",
            f"MongoDB: {kind}; check MONGO_URL and its user's rights",
        )
        errors.print(f"[red]{say('错误', 'error')}:[/] {said}", highlight=False)
        raise SystemExit(2) from None
