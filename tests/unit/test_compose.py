import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
_ASKED = re.compile(r"""\bkey(?:\(|, )"(\w+_key)"\)""")


def asked_for(service: str) -> set[str]:
    """Return the secrets that what touches the world asks the settings for; commands run elsewhere."""
    files = (ROOT / "services" / service / "adapters").rglob("*.py")
    named = {name for file in files for name in _ASKED.findall(file.read_text(encoding="utf-8"))}
    return {f"BANGFU_{name.upper()}" for name in named}


@pytest.mark.parametrize("service", ["registry", "matching", "subsidy", "notify"])
def test_a_service_is_given_the_secrets_that_it_asks_for(service: str) -> None:
    assert asked_for(service) <= set(COMPOSE["services"][service]["environment"])


def test_the_keys_of_people_reach_nobody_who_does_not_need_them() -> None:
    given = {name: set(each.get("environment", {})) for name, each in COMPOSE["services"].items()}

    assert {name for name, keys in given.items() if "BANGFU_VAULT_KEY" in keys} == {"registry"}
    assert {name for name, keys in given.items() if "BANGFU_PERSON_KEY" in keys} == {"registry", "matching"}
