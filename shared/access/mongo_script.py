"""What deploy/mongo-init.js reads: the roles and users of a deployment, without passwords."""

import json
import secrets
from collections.abc import Sequence

from shared.access.mongo_roles import principals, roles
from shared.access.mongo_users import name_of, role_command
from shared.runner.core import Service

_BYTES = 24


def variable(principal: str) -> str:
    """Return the environment variable that holds a principal's password."""
    return f"BANGFU_MONGO_{principal.upper()}"


def declared(prefix: str, services: Sequence[Service]) -> str:
    """Return roles and users as JSON."""
    said = {
        "roles": {name_of(prefix, role.principal): role_command(role) for role in roles(prefix, services)},
        "users": {name_of(prefix, who): variable(who) for who in principals(services)},
    }
    return json.dumps(said, separators=(",", ":"), sort_keys=True) + "\n"


def new_mongo_secrets(services: Sequence[Service]) -> dict[str, str]:
    """Return fresh passwords, and the key of the server itself, as the environment wants them."""
    return {variable(who): secrets.token_hex(_BYTES) for who in ("key", *principals(services))}
