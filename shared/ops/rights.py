"""What a connection may publish, asked of the broker: what it refuses it does not answer, so who publishes looks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import nats.errors
import orjson
from nats.aio.client import Client

from shared.access.facts import OURS, why_not
from shared.access.principals import SOURCE, UPSTREAM, WHO_AM_I
from shared.errors import BangfuError
from shared.ops.words import say

_INTAKE = "intake."
_KNOWN_S = 5.0


@dataclass(frozen=True, slots=True)
class Rights:
    """What the broker says that a connection may do.

    Args:
        publish, subscribe: Subjects; a right to publish that names no subject is no limit.
    """

    account: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    @property
    def upstream(self) -> bool:
        """Tell whether it is a source's, in the account of sources."""
        return self.account == UPSTREAM

    def demand(self, facts: Iterable[tuple[str, str]]) -> None:
        """Do nothing if facts may be published.

        Args:
            facts: Source and name of each.

        Raises:
            BangfuError: They may not, all in one message: which, and by which command they may.
        """
        if beyond := sorted(fact for fact in set(facts) if not self._allows(*fact)):
            raise BangfuError("; ".join(self._said(beyond)))

    def _allows(self, source: str, fact: str) -> bool:
        subject = f"{_INTAKE}{source}.{fact}"
        wide = tuple(each.removesuffix(">") for each in self.publish if each.endswith(".>"))
        return not self.publish or subject in self.publish or subject.startswith(wide)

    def _said(self, beyond: list[tuple[str, str]]) -> Iterator[str]:
        own = sorted({each.split(".")[1] for each in self.publish if each.startswith(_INTAKE)})
        for source in sorted({source for source, _ in beyond}):
            named = [fact for from_, fact in beyond if from_ == source]
            if source in own:
                yield from _beyond_list(source, named)
            else:
                whose = ", ".join(own) or "-"
                yield say(
                    f"这把密钥只能以 {whose} 的名义发布，不能以 {source}",
                    f"this key publishes for {whose}, not for {source}",
                )


def _beyond_list(source: str, facts: list[str]) -> Iterator[str]:
    yield from filter(None, map(why_not, facts))
    if lacking := [fact for fact in facts if not why_not(fact)]:
        named = ", ".join(f"{fact} ({OURS[fact]})" if fact in OURS else fact for fact in lacking)
        command = f"bangfu ops credentials facts {SOURCE}{source} --add {','.join(lacking)}"
        yield say(
            f"来源 {source} 不得发布 {named}；保管密钥的人可放行：{command}",
            f"source {source} may not publish {named}; who keeps the keys allows it by `{command}`",
        )


async def rights_of(client: Client) -> Rights:
    """Ask the broker who one is; a key that may not even ask states no facts."""
    try:
        said = orjson.loads((await client.request(WHO_AM_I, b"", timeout=_KNOWN_S)).data)["data"]
    except nats.errors.TimeoutError:
        raise BangfuError(
            "the bus does not tell this key what it may do: a key that only reads, as an auditor's, publishes no facts"
        ) from None
    allowed = said.get("permissions", {})
    publish, subscribe = (tuple(allowed.get(way, {}).get("allow", ())) for way in ("publish", "subscribe"))
    return Rights(said["account"], publish, subscribe)
