"""In how many processes services run, as `bangfu up --replicas` is told."""

import pytest

from shared.errors import ConfigurationError
from shared.ops.supervisor import replicas_named


def test_names_services_and_counts() -> None:
    assert replicas_named("subsidy=2, notify=3") == {"subsidy": 2, "notify": 3}


def test_nothing_said_means_one_process_each() -> None:
    assert replicas_named("") == {}


@pytest.mark.parametrize("text", ["subsidy", "subsidy=0", "subsidy=10", "subsidy=two", "subsidies=2", "=2"])
def test_what_does_not_read_so_is_refused_with_what_would(text: str) -> None:
    with pytest.raises(ConfigurationError, match="subsidy=2,notify=2"):
        replicas_named(text)
