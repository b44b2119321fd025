"""Who may do what on the bus, written down by hand: what the permissions that are made of the code are held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SERVICES: Final = ("registry", "matching", "subsidy", "notify")
OTHERS: Final = ("provisioner", "ops", "auditor", "repair", "clerk")
UPSTREAM: Final = ("source-yunxiao-hr", "source-office", "source-bank", "source-city-clock")
PRINCIPALS: Final = (*SERVICES, *OTHERS, *UPSTREAM)
LISTS: Final = {"source-bank": ["payment.failed", "payment.settled"], "source-city-clock": ["calendar.day_closed"]}
STREAMS: Final = ("INTAKE", "EVENTS", "SEALS", "OUTCOMES", "TIMERS", "KV_contacts", "KV_payees")
OWN: Final = ("INFO", "MSG.NEXT", "RESET", "UNPIN")
FOR_EVER: Final = ("EVENTS", "SEALS", "OUTCOMES")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be tried: what, on what, and by which subject; `listens`: a subscription."""

    what: str
    on: str
    subject: str
    listens: bool = False


# What each may do with each thing; what does not stand here nobody may.
SOURCES: Final = ("bangfu-clock", "bangfu-matching", "desk", "bangfu-ops", "yunxiao-hr", "office", "bank", "city-clock")
SOURCES_OF: Final = {
    "registry": {"bangfu-clock"},
    "matching": {"bangfu-matching"},
    "notify": {"desk"},
    "ops": {"bangfu-ops"},
    "clerk": set(SOURCES),
    "source-yunxiao-hr": {"yunxiao-hr"},
    "source-office": {"office"},
    "source-bank": {"bank"},
    "source-city-clock": {"city-clock"},
}
UPSTREAMS: Final = ("visit.recorded", "approval.given", "budget.granted", "payment.settled", "payment.failed")
OURS: Final = ("calendar.day_closed", "alert.done", "ops.letters_wished", "ops.erasure_requested", "no.such_fact")
STATES: Final = {
    "registry": {"calendar.day_closed"},
    "ops": {"ops.letters_wished", "ops.erasure_requested"},
    "source-yunxiao-hr": set(UPSTREAMS),
    "source-office": set(UPSTREAMS),
    "source-bank": {"payment.settled", "payment.failed"},
    "source-city-clock": {"calendar.day_closed"},
}  # who is not here is kept to no facts
LOOKS_AT: Final = {
    "registry": set(STREAMS),
    "matching": set(STREAMS) - {"INTAKE", "KV_payees"},
    "subsidy": set(STREAMS) - {"INTAKE", "KV_contacts", "KV_payees"},
    "notify": set(STREAMS),
    "provisioner": set(STREAMS),
    "ops": set(STREAMS),
    "repair": set(STREAMS),
    "auditor": set(FOR_EVER),
    "clerk": {"INTAKE"},
}
READS: Final[dict[str, set[str]]] = {
    "registry": {*FOR_EVER, "INTAKE", "KV_contacts", "KV_payees"},
    "matching": {"EVENTS", "KV_contacts"},
    "subsidy": {"EVENTS", "SEALS"},
    "notify": {"EVENTS", "SEALS", "KV_contacts", "KV_payees"},
    "ops": set(FOR_EVER),
    "auditor": set(FOR_EVER),
    "repair": set(FOR_EVER),
}
BY_COPY: Final = {
    "INTAKE",
    "KV_contacts",
    "KV_payees",
}  # the others give a message directly
SEALS: Final = {"registry": {"registry"}, "subsidy": {"subsidy-ledger"}, "repair": {"registry", "subsidy-ledger"}}
HEARS: Final = {
    "registry": {"tick"},
    "notify": {"outcome.desk"},
    "provisioner": {"provisioning"},
    "ops": {"outcome.bangfu-ops", "answers"},
    "clerk": {"answers"},
    "source-yunxiao-hr": {"outcome.yunxiao-hr"},
    "source-office": {"outcome.office", "answers"},
    "source-bank": {"outcome.bank"},
    "source-city-clock": {"outcome.city-clock"},
}


def may(who: str, deed: Deed, producers: dict[str, str]) -> bool:
    """Tell whether somebody may do something."""
    on, makes = deed.on, {"provisioner", "repair"}
    own = {_owner(on)}
    table: dict[str, set[str]] = {
        "event": {producers.get(on, ""), "repair"},
        "intake": {name for name in SOURCES_OF if _states(name, on)},
        "letter": {"registry", "ops", "clerk"},
        "replay": {"ops", "clerk"},
        "outcome": {"registry", "repair"},
        "seal": {name for name, chains in SEALS.items() if on in chains},
        "card": {"registry"},
        "schedule": {"registry"},
        "provision": {on},
        "stream.INFO": {name for name, streams in LOOKS_AT.items() if on in streams},
        "stream.MSG.GET": {name for name, streams in READS.items() if on in streams & BY_COPY},
        "direct": {name for name, streams in READS.items() if on in streams - BY_COPY},
        "stream.CREATE": makes,
        "stream.UPDATE": makes,
        "consumer.CREATE": makes,
        "consumer.DELETE": makes,
        "consumer.INFO": makes | own | {"ops", "auditor"},
        "consumer.LIST": {"ops", "notify"},
        "consumer.any": makes | ({"clerk"} if on == "OUTCOMES" else set()),
        "listen": {name for name, heard in HEARS.items() if on in heard} | {on.removeprefix("inbox.")},
        "ack": own,
    } | {f"consumer.{verb}": own for verb in OWN[1:]}
    return who in table.get(deed.what, ())


def deeds(topics: Iterator[str], durables: dict[str, str], inboxes: dict[str, str]) -> Iterator[Deed]:
    """Yield everything to be tried.

    Args:
        topics: Of the events. durables: the stream of each consumer. inboxes: the inbox of each principal.
    """
    yield from (Deed("event", topic, f"bangfu.{topic}.0.tried") for topic in topics)
    for source in SOURCES:
        yield from (Deed("intake", f"{source}.{fact}", f"intake.{source}.{fact}") for fact in (*UPSTREAMS, *OURS))
        yield Deed("outcome", source, f"outcome.{source}.visit.recorded")
        yield Deed("listen", f"outcome.{source}", f"outcome.{source}.>", listens=True)
        yield Deed("listen", f"intake.{source}", f"intake.{source}.>", listens=True)
    for asked in ("redrive_requested", "discard_requested"):
        yield Deed("letter", asked, f"intake.bangfu-ops.ops.{asked}")
    yield Deed("replay", "replay_finished", "intake.bangfu-ops.ops.replay_finished")
    yield from (Deed("seal", chain, f"seals.{chain}") for chain in ("registry", "subsidy-ledger", "notify"))
    yield from (Deed("provision", name, f"provision.{name}") for name in SERVICES)
    yield from (Deed("card", bucket, f"$KV.{bucket}.p1") for bucket in ("contacts", "payees"))
    yield Deed("schedule", "", "timers.schedule.day")
    yield Deed("forged tick", "", "timers.tick.day")
    yield from _of_the_api(durables)
    for name, inbox in inboxes.items():
        yield Deed("listen", f"inbox.{name}", f"{inbox}.x", listens=True)
    heard = {"tick": "timers.tick.day", "provisioning": "provision.*", "answers": "bangfu.finance.fact_answered.>"}
    yield from (Deed("listen", name, subject, listens=True) for name, subject in heard.items())
    for subject in (">", "bangfu.>", "intake.>", "outcome.>", "seals.>", "$KV.>", "$JS.>", "$SYS.>", "_INBOX.>"):
        yield Deed("listen", subject, subject, listens=True)


def _of_the_api(durables: dict[str, str]) -> Iterator[Deed]:
    for stream in STREAMS:
        for verb in ("CREATE", "UPDATE", "INFO", "MSG.GET", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"):
            yield Deed(f"stream.{verb}", stream, f"$JS.API.STREAM.{verb}.{stream}")
        yield Deed("direct", stream, f"$JS.API.DIRECT.GET.{stream}")
        yield Deed("direct", stream, f"$JS.API.DIRECT.GET.{stream}.last.of.it")
        yield Deed("consumer.LIST", stream, f"$JS.API.CONSUMER.LIST.{stream}")
        yield Deed("consumer.any", stream, f"$JS.API.CONSUMER.CREATE.{stream}")
    for durable, stream in durables.items():
        for verb in (*OWN, "CREATE", "DELETE"):
            yield Deed(f"consumer.{verb}", durable, f"$JS.API.CONSUMER.{verb}.{stream}.{durable}")
        yield Deed("ack", durable, f"$JS.ACK.{stream}.{durable}.1.1.1.1.0")


def _states(who: str, said: str) -> bool:
    source, _, fact = said.partition(".")
    return source in SOURCES_OF[who] and fact in STATES.get(who, {fact})


def _owner(durable: str) -> str:
    return durable.partition("-")[0]
