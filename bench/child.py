"""One contender in a process of its own: `python -m bench.child KIND ARGUMENTS`; it says when its clock starts."""

import asyncio
import json
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import nats
import uvicorn

from bench import floor, naive, toy
from services.registry.adapters.vault import Vault
from services.registry.service import SERVICE as REGISTRY
from services.subsidy.service import SERVICE
from shared.runner.app import Context, serve
from shared.runner.core import Service
from shared.settings import Settings


def main() -> None:
    kind, given = sys.argv[1], json.loads(sys.argv[2])
    contenders = {"runner": _runner, "subsidy": _subsidy, "registry": _registry, "floor": _floor, "naive": _naive}
    contenders[kind](given)


def _go(what: str = "go") -> None:
    sys.stdout.write(json.dumps({what: time.time()}) + "\n")
    sys.stdout.flush()


def _runner(given: dict[str, Any]) -> None:
    _serve(toy.service(lanes=given["lanes"]), given)


def _subsidy(given: dict[str, Any]) -> None:
    _serve(SERVICE, given)


def _registry(given: dict[str, Any]) -> None:
    _serve(REGISTRY, given, companions=lambda context: (Vault(context),))


def _serve(service: Service, given: dict[str, Any], **more: Any) -> None:
    """A real service app under uvicorn, as in deployment; the clock starts when its lanes do."""

    async def started(_: Context) -> None:
        _go()

    settings = Settings(
        nats_url=given["nats_url"],
        mongo_url=given["mongo_url"],
        database_prefix=given["database"],
        replicas=given["replicas"],
    )
    app = serve(service, settings, adapters=[started], **more)
    uvicorn.run(app, port=0, log_level="warning", access_log=False)


def _floor(given: dict[str, Any]) -> None:
    import uvloop  # noqa: PLC0415

    lanes = pickle.loads(Path(given["plan"]).read_bytes())  # noqa: S301 - our own

    async def work() -> None:
        client = await nats.connect(given["nats_url"])
        await floor.prepare(given["mongo_url"], given["database"], lanes)
        _go()
        await floor.run(client, given["mongo_url"], given["database"], lanes)
        await client.flush()
        _go("end")
        await asyncio.sleep(60)

    uvloop.run(work())


def _naive(given: dict[str, Any]) -> None:
    import uvloop  # noqa: PLC0415

    async def work() -> None:
        service = toy.service(lanes=True)
        broker = naive.broker(given["nats_url"], given["mongo_url"], given["database"], service)
        await naive.prepare(given["mongo_url"], given["database"])
        _go()
        await broker.start()
        await asyncio.sleep(600)

    uvloop.run(work())


if __name__ == "__main__":
    main()
