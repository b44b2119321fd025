"""Matching as the plumbing sees it."""

from typing import Final

from services.matching.commands import register
from services.matching.domain.message import MESSAGES, QUEUED
from services.matching.subscribers import MATCHING
from shared.runner.core import Service

SERVICE: Final = Service(
    name="matching",
    title="匹配 Matching",
    subscriptions=(MATCHING,),
    extras={"commands": register, "queues": ((MESSAGES.kind, QUEUED),)},
)
