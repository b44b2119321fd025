"""What the supervisor gives the processes that it starts."""

import socket

import pytest

from shared.ops.supervisor import PORTS, _bound


def test_a_port_that_is_given_to_a_process_is_nobody_elses_before_the_process_listens() -> None:
    with _bound("127.0.0.1") as first, _bound("127.0.0.1") as second, socket.socket() as stranger:
        port = first.getsockname()[1]
        assert port in PORTS
        assert port != second.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))
