"""docs/alerts.md: every kind of alert with whose it is, until when, where it goes, and what ends it; from the rules."""

from typing import Final

from services.notify.domain.rules import KINDS, Rule, Rulebook

_OWNER: Final = {"township": "乡镇 township", "county": "县 county", "city": "市 city"}
_HEAD: Final = """# 提醒 Alerts

Generated from `services/notify/rules/` by `make docs`; a test compares the two. The rules in force are the latest ones.

- 缓急: `act` somebody has to do something; `know` nothing breaks if nobody does. ☀ waits for the summary of 08:30.
- 收件人: *paired* is the person's coordinator; without one, and for other matters, the office (a township's only
  where the person's is known, else the county's). In brackets the bureau whose matter it is.
- 期限: working days to do it in; a matter with a day of its own (a task, the end of a notice) has that one.
- 上报: working hours (eight a day) to take it on before the next office gets it too, and the highest office it goes to.
- 终止: the events that end it by themselves; ✋ a person says that it is done; after so many days it expires.

| 提醒 kind | 缓急 | 收件人 whose | 期限 due | 上报 escalates | 终止 ends with | 事项 what happened |
|---|---|---|---|---|---|---|
"""


def rules_page(rules: Rulebook) -> str:
    """Return the page: a row for each kind, in order of the kinds."""
    latest: dict[str, Rule] = {rule.kind: rule for rule in sorted(rules.rules, key=lambda rule: rule.since)}
    return _HEAD + "".join(f"| {' | '.join(_cells(latest[kind]))} |\n" for kind in sorted(KINDS))


def _cells(rule: Rule) -> tuple[str, ...]:
    return (
        f"`{rule.kind}`",
        f"{rule.urgency}{' ☀' if rule.digest else ''}",
        _whose(rule),
        f"{rule.deadline_days} 工作日" if rule.deadline_days else "-",
        f"{rule.escalate_after_hours} h → {_OWNER[rule.highest]}" if rule.escalate_after_hours else "-",
        _ends(rule),
        f"{_plain(rule.title.zh)} / {_plain(rule.title.en)}",
    )


def _whose(rule: Rule) -> str:
    paired = "paired, " if rule.who == "paired" else ""
    bureau = f"（{rule.bureau.zh} {rule.bureau.en}）" if rule.bureau else ""
    return f"{paired}{_OWNER[rule.office]}{bureau}"


def _ends(rule: Rule) -> str:
    ends = [f"`{topic}`" for topic in sorted(rule.until)] or ["✋"]
    return ", ".join([*ends, *([f"{rule.expires_after_days} 天 days"] if rule.expires_after_days else [])])


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "‹").replace("}", "›")
