"""Notify as the plumbing sees it."""

from functools import partial
from typing import Final

from services.notify import views
from services.notify.rulebook import load_rulebook
from services.notify.subscribers import subscription
from shared.runner.core import Service

RULES: Final = load_rulebook()

SERVICE: Final = Service(
    name="notify",
    title="提醒 notify: what needs a person, and whose it is",
    subscriptions=(subscription(RULES),),
    extras={
        "inbox": partial(views.inbox, rules=RULES),
        "counts_by_office": views.counts_by_office,
        "coordinator_tag": views.coordinator_tag,
        "office_tag": views.office_tag,
    },
)
