"""What the rules say of each kind of alert: how urgent it is, whose it is, and in which words.

Pure. Rules are dated like every other rule of the system: the one in force on the day an alert is raised decides.
"""

from datetime import date
from string import Formatter
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shared.events.alerts import Level
from shared.events.contract import Model
from shared.events.tasks import TASK_FIELDS, TASK_KINDS, TaskKind
from shared.events.types import Day, Word, YesNo

_OwnKind = Literal[
    "offer_accepted",
    "offer_undelivered",
    "wrong_number",
    "no_mobile",
    "offer_unanswered",
    "reply_unclear",
    "hire_confirmed",
    "subsidy_accrued",
    "money_taken_back",
    "parameter_unset",
    "budget_overdrawn",
    "subsidy_missing",
    "employer_missing",
    "fact_rejected",
    "fact_overdue",
    "replay_disagrees",
    "run_waits",
    "clawback_waits",
    "payment_unmatched",
    "clearing_late",
]
Kind = _OwnKind | TaskKind
KINDS: Final[tuple[str, ...]] = (*get_args(_OwnKind), *TASK_KINDS)
Urgency = Literal["act", "know"]
Language = Literal["zh", "en"]

_EVERY: Final = frozenset({"count"})
FIELDS: Final[dict[str, frozenset[str]]] = {
    "offer_accepted": _EVERY | {"person_id", "offer_id", "vacancy_id", "uscc", "title"},
    "offer_undelivered": _EVERY | {"person_id", "offer_id", "vacancy_id", "reason"},
    "wrong_number": _EVERY | {"person_id", "offer_id", "vacancy_id", "reason"},
    "no_mobile": _EVERY | {"person_id", "phone_kind"},
    "offer_unanswered": _EVERY | {"person_id", "offer_id", "vacancy_id", "title"},
    "reply_unclear": _EVERY | {"person_id", "offer_id", "vacancy_id"},
    "hire_confirmed": _EVERY | {"person_id", "employment_id", "uscc", "starts_on"},
    "subsidy_accrued": _EVERY | {"payee", "posted", "amount"},
    "money_taken_back": _EVERY | {"payee", "programme", "posted", "amount"},
    "parameter_unset": _EVERY | {"parameter", "programme", "county"},
    "budget_overdrawn": _EVERY | {"programme", "county", "year", "total"},
    "subsidy_missing": _EVERY
    | {"person_id", "programme", "payee", "reason", "awaits", "since", "until", "periods", "others"},
    "employer_missing": _EVERY
    | {"uscc", "county", "programme", "payee", "reason", "awaits", "since", "until", "periods", "others"},
    "fact_rejected": _EVERY | {"source", "fact", "code", "path"},
    "fact_overdue": _EVERY | {"waiting_for", "facts", "since"},
    "replay_disagrees": _EVERY | {"differences", "last", "posted_until", "by", "digest", "live_digest"},
    "run_waits": _EVERY | {"run_id", "programme", "month", "items", "total", "notice_ends"},
    "clawback_waits": _EVERY | {"clawback_id", "payee", "programme", "amount", "cure_ends"},
    "payment_unmatched": _EVERY | {"subject_id", "fact", "amount"},
    "clearing_late": _EVERY | {"run_id", "programme", "instructions", "total", "approved_on", "late_on"},
} | {kind: _EVERY | {"person_id", "county", "due_on"} | fields for kind, fields in TASK_FIELDS.items()}
"""What a sentence about an alert of a kind may name; `amount` is yuan without a sign."""

Sentence = Annotated[str, Field(min_length=1, max_length=300)]


Working = Annotated[int, Field(ge=1, le=1_000, strict=False)]


class Said(Model):
    """The same in Chinese and in English."""

    zh: Sentence
    en: Sentence

    def in_(self, language: Language) -> str:
        """Return the text in one of the two languages."""
        return self.zh if language == "zh" else self.en


class Rule(Model):
    """The rule of one kind of alert from a day on.

    Args:
        since: First day on which it is in force.
        urgency: `act`: somebody has to do something; `know`: nothing breaks if nobody does.
        who: `paired`: the person's coordinator, where they have one; `office`: the office even then.
        office: Which office answers otherwise: the township's where the person's is known, else the county's; the
            county's; or the city's for every county. bureau: whose that is by the clause, in words.
        deadline_days: Working days in which it is to be done; a matter with a day of its own has that one.
        escalate_after_hours: Working hours (eight a day) after which the next office gets it too if nobody has taken it
            on. highest: the highest office to which it goes.
        digest: It can wait for the summary of the next morning.
        expires_after_days: Days after which it is too late to do anything about it.
        until: The events that end it, because then its cause is gone; none: a person says that it is done.
        title: What happened; names in braces are filled in from the alert, see `FIELDS`.
        todo: What the officer does about it.
        also: Ends the title where the matter has others beside the one that it names.
        words: What codes read like, by field and code; a code that is not listed stands as it is.
    """

    kind: Kind
    since: Day
    urgency: Urgency
    office: Level
    who: Literal["paired", "office"] = "paired"
    bureau: Said | None = None
    deadline_days: Working | None = None
    escalate_after_hours: Annotated[int, Field(ge=8, le=8_000, multiple_of=8, strict=False)] | None = None
    highest: Level = "county"
    digest: YesNo = False
    expires_after_days: Working | None = None
    until: Annotated[list[str], Field(max_length=10)] = Field(default_factory=list)
    title: Said
    todo: Said
    also: Said | None = None
    words: dict[Word, dict[Word, Said]] = Field(default_factory=dict)

    @field_validator("title", "todo", "also")
    @classmethod
    def _names_what_the_kind_has(cls, said: Said | None, info: ValidationInfo) -> Said | None:
        known = FIELDS.get(info.data.get("kind", ""), frozenset())
        for text in (said.zh, said.en) if said else ():
            for _, name, spec, conversion in Formatter().parse(text):
                if name is not None and (name not in known or spec or conversion):
                    raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(known))}, written plainly")
        return said

    @model_validator(mode="after")
    def _leaves_nobody_waiting(self) -> "Rule":
        if self.urgency == "know" and (self.escalate_after_hours or self.deadline_days):
            raise ValueError("what is only good to know has no deadline and goes to no higher office")
        if self.escalate_after_hours and not self.deadline_days:
            raise ValueError("what goes to a higher office has a deadline: deadline_days")
        return self

    @field_validator("words")
    @classmethod
    def _are_words_of_fields(
        cls, words: dict[str, dict[str, Said]], info: ValidationInfo
    ) -> dict[str, dict[str, Said]]:
        unknown = sorted(words.keys() - FIELDS.get(info.data.get("kind", ""), frozenset()))
        if unknown:
            raise ValueError(f"an alert of this kind has no field {unknown[0]}")
        return words


class Rulebook(Model):
    """Rules of one file, or of all of them; together every kind has at least one."""

    rules: list[Rule]

    def in_force(self, kind: str, day: date) -> Rule:
        """Return the rule of a kind on a day; before the first one, the first: no alert is lost for want of a rule."""
        dated = sorted((rule for rule in self.rules if rule.kind == kind), key=lambda rule: rule.since)
        return next((rule for rule in reversed(dated) if rule.since <= day), dated[0])
