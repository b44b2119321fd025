"""Where the parts of a running system are, for commands in another terminal."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path

from shared.access.connection import Bus, tls_of
from shared.access.mongo_credentials import read, without_login
from shared.access.private import private
from shared.access.ring import Ring
from shared.errors import ConfigurationError
from shared.ops.words import say
from shared.runner.core import Service
from shared.settings import Settings

GROUP = "bangfu.services"


@dataclass
class Running:
    """Addresses of a running system.

    Args:
        mongo_url: With the user and password of operations, where the server wants them; shown to nobody.
        services: Name of a service to the URL of its web side.
        mongo_user: Whose password `mongo.json` keeps; empty where MongoDB is somebody else's.
        credentials: Directory of the keys of the bus; empty where it asks for none, or is somebody else's.
    """

    nats_url: str
    mongo_url: str = field(repr=False)
    services: dict[str, str] = field(default_factory=dict)
    mongo_user: str = ""
    credentials: str = ""

    def bus(self, role: str, settings: Settings) -> Bus:
        """Return the bus, to come to in a role; raises as `bus_of`."""
        return self.bus_of((role,), settings)

    def bus_of(self, roles: Sequence[str], settings: Settings) -> Bus:
        """Return the bus, to come to in the first of some roles whose key is at hand, else under the settings' key.

        Raises:
            ConfigurationError: There are keys here, but none of these.
        """
        directory = self.credentials or str(settings.credentials or "")
        seed = settings.nats_seed
        if directory:
            ring = Ring(Path(directory))
            seed = next((ring.seed(role) for role in roles if ring.seed(role).exists()), seed)
            if seed is None:
                named = say("或", " or ").join(roles)
                raise ConfigurationError(
                    say(
                        f"{directory} 里没有 {named} 的密钥：bangfu ops credentials new，或设置 BANGFU_NATS_SEED",
                        f"{directory} holds no key of {named}: `bangfu ops credentials new`, or set BANGFU_NATS_SEED",
                    )
                )
        return Bus(self.nats_url, seed, tls_of(settings))

    def write(self, data_dir: Path) -> None:
        """Leave the addresses where other commands look, without user and password of MongoDB."""
        said = asdict(self) | {"mongo_url": without_login(self.mongo_url)}
        private(data_dir / "running.json", json.dumps(said, indent=2))

    @staticmethod
    def forget(data_dir: Path) -> None:
        """Say that nothing runs here any more."""
        (data_dir / "running.json").unlink(missing_ok=True)


def find_running(settings: Settings, *, store: bool = True) -> Running:
    """Return the running system: the servers that the settings name, or what `bangfu up` left here.

    MongoDB is opened with the password that is kept beside the data, or as the settings say.

    Args:
        settings: Of the command.
        store: The database is wanted too; who only states facts, as a source does, has no way to it.

    Raises:
        ConfigurationError: There is none.
    """
    path = settings.data_dir / "running.json"
    if path.exists():
        found = Running(**json.loads(path.read_text(encoding="utf-8")))
        return replace(found, mongo_url=_opened(found, settings))
    if settings.nats_url and (settings.mongo_url or not store):
        return Running(settings.nats_url, settings.mongo_url or "")
    raise ConfigurationError(
        say(
            f"这里没有运行（{settings.data_dir}）：在另一终端运行 bangfu up，或把 NATS_URL、MONGO_URL 设为运行中的部署",
            f"nothing runs here ({settings.data_dir}): start `bangfu up` in another terminal, "
            "or set NATS_URL and MONGO_URL to a running deployment",
        )
    )


def _opened(found: Running, settings: Settings) -> str:
    kept = read(settings.data_dir) if found.mongo_user else None
    if kept is not None:
        return kept.url("ops", found.mongo_url)
    given = settings.mongo_url or ""
    return given if without_login(given) == found.mongo_url else found.mongo_url


def find_services() -> list[Service]:
    """Return the services that are installed, in the order of the story."""
    found = {point.name: point.load() for point in entry_points(group=GROUP)}
    order = ("registry", "matching", "subsidy", "notify")
    return [found[name] for name in sorted(found, key=lambda n: (order.index(n) if n in order else len(order), n))]


def service_names() -> list[str]:
    """Return the names of the installed services without importing them."""
    return sorted(point.name for point in entry_points(group=GROUP))
