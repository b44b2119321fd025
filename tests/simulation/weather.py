"""Which faults a seed brings, and how often each may strike."""

import random
from dataclasses import dataclass

# Rate a chance: each time the code passes the point, each request, each message. Rare places strike more often.
CRASHES = {
    "batch_taken": 0.01,
    "before_commit": 0.01,
    "txn_head": 0.01,
    "txn_inbox": 0.01,
    "txn_states": 0.01,
    "txn_journal": 0.015,
    "after_commit": 0.015,
    "mid_publish": 0.03,
    "after_publish": 0.015,
    "before_ack": 0.01,
    "mid_ack": 0.03,
    "after_ack": 0.01,
    "mid_pages": 0.15,
    "mid_resend": 0.3,
    "after_takeover": 0.02,
}
REQUESTS = {
    "mongo_read_fails": 0.005,
    "transaction_aborted": 0.01,
    "commit_lost": 0.02,
    "commit_aborted": 0.02,
    "commit_answer_lost": 0.03,
    "commit_never_answered": 0.5,
    "publish_lost": 0.01,
    "publish_answer_lost": 0.02,
    "request_lost": 0.005,
    "ack_lost": 0.01,
    "sms_unanswered": 0.2,
    "sms_gateway_away": 0.2,
}
# Rate a round of the nemesis, which comes about every second.
EVENTS = {
    "killed": 0.15,
    "paused": 0.15,
    "connection_broken": 0.15,
    "primary_changed": 0.08,
    "broker_away": 0.05,
    "stream_full": 0.04,
    "tail_lost": 0.05,
    "clock_jumped": 0.05,
    "event_repeated": 0.25,
    "fact_repeated": 0.3,
    "fact_repeated_late": 0.1,
    "fact_repeated_after_a_month": 0.05,
}


@dataclass(frozen=True)
class Weather:
    """The faults of one run.

    Args:
        rates: What may strike and how often. crashes_most: after so many deaths no crash point strikes any more.
        replicas: Processes of each service. page: how many aggregates one page of a walk holds.
        batch: How many messages a pull asks for; after a full one more are asked for ahead.
    """

    rates: dict[str, float]
    replicas: int
    page: int
    crashes_most: int = 6
    batch: int = 500


def weather(seed: int) -> Weather:
    """Return the weather of a seed: each fault takes part in about half of the runs."""
    dice = random.Random(f"weather-{seed}")  # noqa: S311 - faults are no secrets
    rates = {f"crash_{name}": rate for name, rate in CRASHES.items() if dice.random() < 0.6}
    for table in (REQUESTS, EVENTS):
        rates |= {name: rate for name, rate in table.items() if dice.random() < 0.5}
    replicas, page = 2 if dice.random() < 0.35 else 1, dice.choice([1, 2, 3, 500])
    return Weather(rates, replicas=replicas, page=page, batch=dice.choice([3, 10, 40, 500]))
