"""A crash point kills the process that the fault lab named, at the pass that it named, and nobody else's."""

import os
from collections.abc import Iterator

import pytest

from shared.runner.crash import _PASSED, CHAIN, crash_point


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    died: list[str] = []
    monkeypatch.setattr(os, "kill", lambda *_: died.append(CHAIN.get()))
    _PASSED.clear()
    before = CHAIN.set("")
    yield died
    CHAIN.reset(before)
    _PASSED.clear()


def pass_by(chain: str, point: str = "after_commit") -> None:
    CHAIN.set(chain)
    crash_point(point)


def test_nobody_dies_without_being_told_to(deaths: list[str]) -> None:
    pass_by("registry")
    assert deaths == []


def test_a_process_dies_at_the_named_pass_of_the_named_point(
    deaths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_CRASH", "after_commit@2")
    pass_by("registry")
    pass_by("registry", "before_ack")
    assert deaths == []
    pass_by("registry-duties")
    assert deaths == ["registry-duties"]


def test_only_passes_of_the_named_consumer_count(deaths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_CRASH", "after_commit:registry-duties@2")
    for chain in ("registry", "registry-duties", "registry-targets"):
        pass_by(chain)
    assert deaths == []
    pass_by("registry-duties")
    assert deaths == ["registry-duties"]
