"""Who may do what on the bus, derived from the catalogue and the subscriptions of the services. Pure.

Two accounts: `BANGFU` holds the streams, the services and the operators; upstream sources are in `UPSTREAM`, which
holds nothing. Of the first, a source sees its own corner of the intake and its own outcomes. What a permission cannot
say is whom the server answers: a request may name any subject for its reply, and JetStream stores what the server sends
there. Inside an account of their own, sources have nothing that such a reply could reach.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.access.facts import own, subjects
from shared.catalog import CATALOG
from shared.errors import ConfigurationError
from shared.events.contract import CLOCK, DESK, OPERATIONS
from shared.events.ops import DiscardRequested, RedriveRequested
from shared.events.payments import FinanceFactAnswered
from shared.runner.core import Service
from shared.runner.topology import BUCKETS, CONTACTS, PAYEES, STREAMS, places

CORE, UPSTREAM, SYSTEM = "BANGFU", "UPSTREAM", "SYS"
PROVISIONER, OPS, AUDITOR, REPAIR, CLERK = "provisioner", "ops", "auditor", "repair", "clerk"
SOURCE = "source-"
OFFICE = "office"
INTAKE_READER = "registry"
OWN_SOURCES = {
    "registry": (CLOCK,),
    "matching": ("bangfu-matching",),
    "notify": (DESK,),
    OPS: (OPERATIONS,),
}
CARD_READERS = {CONTACTS: ("registry", "matching", "notify"), PAYEES: ("registry", "notify")}
CONSOLE = "notify"  # its console shows how every stream and consumer stands, and waits for its own outcomes
LETTERS = (RedriveRequested.topic, DiscardRequested.topic)  # asked by registry where the desk wished it
WHO_AM_I = "$SYS.REQ.USER.INFO"
INTAKE_INFO = "upstream.intake"  # under which a source finds what the intake is, not what it holds
CREATE_ON_OUTCOMES = "$JS.API.CONSUMER.CREATE.OUTCOMES"
ANSWERS = f"bangfu.{FinanceFactAnswered.topic}.>"
_KEPT_TO_THEIRS = (CLOCK, OPERATIONS)
_TICK, _SCHEDULE = "timers.tick.day", "timers.schedule.day"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may connect.

    Args:
        name: Of its files and in lists; a source is `source-<name>`.
        publish, subscribe: Subjects; its own inbox comes in addition, and depends on its key.
        answers: Principals whose requests it answers, at their inboxes.
    """

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...] = ()
    account: str = CORE
    answers: tuple[str, ...] = ()


def standard(services: Sequence[Service], *, laptop: bool) -> tuple[str, ...]:
    """Return the names of those who have a key without being asked for.

    On a laptop one person is everybody: clerk (publishes for any source) and repair (publishes what was lost) too.
    """
    names = (*(service.name for service in services), PROVISIONER, OPS, AUDITOR)
    return (*names, CLERK, REPAIR) if laptop else names


def principals(
    services: Sequence[Service], names: Iterable[str], facts: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Principal]:
    """Return what each of those named may do.

    Args:
        services: Those that are installed.
        names: Of keys; a source's is `source-<name>`.
        facts: What those sources may publish that have a list, by name of their keys.

    Raises:
        ConfigurationError: Nobody is called so.
    """
    by_name = {service.name: service for service in services}
    lists = facts or {}
    return {name: _principal(name, by_name, lists.get(name)) for name in names}


def _principal(name: str, services: dict[str, Service], facts: Sequence[str] | None) -> Principal:
    if name in services:
        return service(services[name])
    if name.startswith(SOURCE):
        return source(name.removeprefix(SOURCE), facts)
    fixed = {
        PROVISIONER: lambda: provisioner(services),
        OPS: operators,
        AUDITOR: auditors,
        REPAIR: lambda: repair(services.values()),
        CLERK: clerk,
    }
    if name not in fixed:
        known = ", ".join((*services, *fixed))
        raise ConfigurationError(f"{name}: nobody is called so; there are {known}, and {SOURCE}<name> for a source")
    return fixed[name]()


def service(of: Service) -> Principal:
    """Return what a service may do: what it produces, its own consumers, and what it looks after."""
    intake = any(each.intake for each in of.subscriptions)
    seals = _seals(of)
    publish = [f"bangfu.{entry.event.topic}.*.*" for entry in CATALOG if entry.producer == of.name]
    publish += [f"provision.{of.name}", *seals]
    publish += [subject for name in OWN_SOURCES.get(of.name, ()) for subject in _own(name)]
    streams = [str(stream.name) for stream in STREAMS if intake or of.name == CONSOLE or stream.name != "INTAKE"]
    for place in (place for each in of.subscriptions for place in places(each)):
        at = f"{place.stream}.{place.durable}"
        publish += [f"$JS.API.CONSUMER.{verb}.{at}" for verb in ("INFO", "MSG.NEXT", "RESET", "UNPIN")]
        publish.append(f"$JS.ACK.{at}.>")
    publish += _reads("EVENTS", *(("SEALS",) if seals or of.name == CONSOLE else ()))
    for bucket in (bucket for bucket, readers in CARD_READERS.items() if of.name in readers):
        streams.append(f"KV_{bucket}")
        publish.append(f"$JS.API.STREAM.MSG.GET.KV_{bucket}")
    if intake:
        publish += [
            *(f"$KV.{bucket}.>" for bucket in BUCKETS),
            *subjects(OPERATIONS, LETTERS),
        ]
        publish += ["outcome.>", _SCHEDULE, "$JS.API.STREAM.MSG.GET.INTAKE", *_reads("OUTCOMES")]
    publish += _infos(*streams)
    hears: tuple[str, ...] = (_TICK,) if intake else ()
    if of.name == CONSOLE:
        publish.append("$JS.API.CONSUMER.LIST.*")
        hears = tuple(f"outcome.{name}.>" for name in OWN_SOURCES[CONSOLE])
    return Principal(of.name, tuple(publish), hears)


def source(name: str, facts: Sequence[str] | None = None) -> Principal:
    """Return what an upstream source may do: publish facts under its name, hear what became of them.

    Args:
        name: Its own, as in subjects.
        facts: Those of its list; None: it has none, and may publish what is any upstream's to say.

    Raises:
        ConfigurationError: No source may be called so, or it is one of our own.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{name}: a source is 1 to 40 lower-case letters, digits and dashes")
    if publisher_of(name) in OWN_SOURCES:
        raise ConfigurationError(f"{name}: that is a source of Bangfu's own, under the key of who publishes it")
    hears = (f"outcome.{name}.>", ANSWERS) if name == OFFICE else (f"outcome.{name}.>",)
    return Principal(f"{SOURCE}{name}", (*subjects(name, facts), INTAKE_INFO, WHO_AM_I), hears, account=UPSTREAM)


def publisher_of(source_name: str) -> str:
    """Return whose key publishes what a source says: its own, or that of the part of Bangfu whose source it is."""
    return next((who for who, own in OWN_SOURCES.items() if source_name in own), f"{SOURCE}{source_name}")


def provisioner(services: Iterable[str]) -> Principal:
    """Return what makes streams and consumers: nothing can be deleted but a consumer, and nothing read."""
    streams, consumers = "$JS.API.STREAM", "$JS.API.CONSUMER"
    makes = (f"{streams}.CREATE.*", f"{streams}.UPDATE.*", f"{consumers}.CREATE.>", f"{consumers}.DELETE.*.*")
    looks = (f"{consumers}.INFO.*.*", *_infos("*"))
    return Principal(PROVISIONER, (*makes, *looks), ("provision.*",), answers=tuple(services))


def operators() -> Principal:
    """Return what operators may do: look at everything but the intake's content, ask for letters to be redriven."""
    publish = (*_own(OPERATIONS), "$JS.API.CONSUMER.INFO.*.*", "$JS.API.CONSUMER.LIST.*", *_infos("*"))
    publish += (*_reads("EVENTS", "SEALS", "OUTCOMES"), WHO_AM_I)
    return Principal(OPS, publish, (f"outcome.{OPERATIONS}.>", ANSWERS))


def auditors() -> Principal:
    """Return what auditors may do: read what happened, its seals and the outcomes, and see who is how far with it."""
    read = ("EVENTS", "SEALS", "OUTCOMES")
    return Principal(AUDITOR, ("$JS.API.CONSUMER.INFO.*.*", *_infos(*read), *_reads(*read)))


def repair(services: Iterable[Service]) -> Principal:
    """Return what putting right after a loss takes, of `bangfu ops reconcile`: whatever the services could do."""
    publish = ("bangfu.>", "outcome.>", *(seal for each in services for seal in _seals(each)), *provisioner(()).publish)
    return Principal(REPAIR, (*publish, *_reads("EVENTS", "SEALS", "OUTCOMES")))


def clerk() -> Principal:
    """Return what one who publishes for any source may do; on a laptop only."""
    publish = ("intake.>", CREATE_ON_OUTCOMES, "$JS.FC.OUTCOMES.>", *_infos("INTAKE"), WHO_AM_I)
    return Principal(CLERK, publish, (ANSWERS,))


def _own(source: str) -> tuple[str, ...]:
    """Return where one of our own sources publishes: the clock and operators what is theirs, the others whatever."""
    return subjects(source, own(source)) if source in _KEPT_TO_THEIRS else (f"intake.{source}.>",)


def _seals(of: Service) -> list[str]:
    return [f"seals.{each.name}" for each in of.subscriptions if each.seals is not None]


def _infos(*streams: str) -> list[str]:
    return [f"$JS.API.STREAM.INFO.{stream}" for stream in streams]


def _reads(*streams: str) -> list[str]:
    """Return the subjects of direct gets: they only read, and leave no consumer behind."""
    return [f"$JS.API.DIRECT.GET.{stream}{rest}" for stream in streams for rest in ("", ".>")]
