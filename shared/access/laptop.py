"""The bus of a laptop: closed like any other, with keys that are made at the first start."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from shared.access.principals import PROVISIONER, standard
from shared.access.ring import Ring
from shared.embedded.nats import Guard
from shared.runner.core import Service
from shared.settings import Settings


def ring_of(settings: Settings) -> Ring:
    """Return the keys of a deployment: where the settings say, or beside the embedded data."""
    return Ring(settings.credentials or settings.data_dir / "keys")


def laptop_ring(settings: Settings, services: Sequence[Service]) -> Ring:
    """Return the keys that this machine's own NATS is closed with; what is missing is made."""
    ring = Ring(settings.data_dir / "keys")
    ring.made(standard(services, laptop=True), datetime.now(UTC))  # noqa: TID251 - when a key was made is for people
    ring.configure(services)
    return ring


def guard_of(ring: Ring) -> Guard:
    """Return what a server includes."""
    return Guard(ring.users, ring.store)


def seeds_for(ring: Ring, service: str, *, provisions: bool) -> dict[str, str]:
    """Return the settings that give a service its own key, and the provisioner's to the one that provisions."""
    found = {"BANGFU_NATS_SEED": ring.seed(service)}
    found |= {"BANGFU_NATS_PROVISIONER_SEED": ring.seed(PROVISIONER)} if provisions else {}
    return {name: str(Path(path).absolute()) for name, path in found.items()}
