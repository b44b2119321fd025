"""Rows for people to read: what a person or an employer got and why, and what was refused and why.

Pure: the caller brings the states. Amounts are yuan with two decimals.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.standing import Standing
from shared.events.subsidy import LinePosted
from shared.money import yuan

KINDS: Final = {"accrual": "应补", "take_back": "追回", "provisional": "预记", "decision": "年度核定"}
REASONS: Final = {
    "not_paid": "该月未缴费，或所缴保险费已退回",
    "not_employed": "该月没有在该用人单位就业的记录",
    "duplicate_month": "该月已由先缴费的用人单位享受，不重复补贴",
    "term_used_up": "补贴期限已用完",
    "not_eligible_status": "当日不属于可享受补贴的人员",
    "not_eligible_employer": "用人单位不属于可享受补贴的类型",
    "not_stable_long_enough": "稳定就业时间不足",
    "already_granted": "已享受过，不重复补贴",
    "layoff_rate_too_high": "年度裁员率超过上限",
    "parameter_unset": "所需标准尚无文件规定",
    "once_a_year": "当年补贴次数已用完",
    "provider_not_qualified": "培训机构不属于可承接的类型，或资格已到期",
    "not_eligible_age": "超过可享受补贴的年龄",
    "not_eligible_county": "用人单位不在可享受补贴的县",
    "too_few_persons": "所列吸纳人数未达到规定人数",
    "too_few_visits": "当年活动未达到规定人次",
    "graduation_missing": "没有毕业记录",
    "not_graduation_year": "不在毕业年度内",
    "assessment_missing": "该季度尚未考核",
    "budget_exhausted": "预算不足，排队等候",
    "other_programme": "同一人同期已按优先的项目享受，不重复补贴",
    "no_longer_due": "所依据的事实已撤销、更正或另行核定",
    "not_claimed": "符合条件而未申领",
    "not_contributed": "符合条件而当年未参保缴费",
}


def statement(lines: Sequence[LinePosted], programmes: Mapping[str, Programme]) -> dict[str, Any]:
    """Return lines, each with a sentence and its clause, and their sum."""
    return {
        "lines": [_row(line, programmes) for line in lines],
        "sum": yuan(sum(line.amount_fen for line in lines)),
    }


def refusals(standings: Mapping[str, Standing], programmes: Mapping[str, Programme]) -> list[dict[str, Any]]:
    """Return what persons or employers are refused now, in order of their ids and claims."""
    rows = []
    for subject, standing in sorted(standings.items()):
        for key, said in sorted(standing.decided.items()):
            if said.reason:
                rows.append(_refusal(subject, key, said.reason, said.parameter, programmes))
    return rows


def _row(line: LinePosted, programmes: Mapping[str, Programme]) -> dict[str, Any]:
    title = _title(line.claim.programme, programmes)
    sentence = f"{line.posted_on}记{title}{line.claim.period}，{KINDS[line.kind]}{yuan(line.amount_fen)}元。"
    return {
        "line_no": line.line_no,
        "line_id": line.line_id,
        "programme": line.claim.programme,
        "payee": line.claim.payee,
        "person_id": line.claim.person_id,
        "period": line.claim.period,
        "posted": line.posted,
        "amount": yuan(line.amount_fen),
        "sentence": sentence,
        "computation": list(line.computation),
        "clause": line.clause,
    }


def _refusal(
    subject: str, key: str, reason: str, parameter: str, programmes: Mapping[str, Programme]
) -> dict[str, Any]:
    claim = claim_of(key)
    missing = f"（{parameter}）" if parameter else ""
    return {
        "subject": subject,
        "programme": claim.programme,
        "payee": claim.payee,
        "person_id": claim.person_id,
        "period": claim.period,
        "reason": reason,
        "parameter": parameter or None,
        "sentence": f"{_title(claim.programme, programmes)}{claim.period}：{REASONS.get(reason, reason)}{missing}。",
    }


def _title(name: str, programmes: Mapping[str, Programme]) -> str:
    return programmes[name].title["zh"] if name in programmes else name
