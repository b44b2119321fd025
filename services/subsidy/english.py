"""The steps and reasons of the ledger in English. The ledger keeps the Chinese; what is not listed stands as it is."""

import re
from typing import Final

from services.subsidy.domain.entitlement import NOTHING_DUE

KINDS: Final = {
    "accrual": "accrued",
    "take_back": "taken back",
    "provisional": "booked provisionally",
    "decision": "decided for the year",
}
REASONS: Final = {
    "not_paid": "no premium is held paid for the month",
    "not_employed": "no employment there is on record in the month",
    "duplicate_month": "the month belongs to the employer that paid first",
    "term_used_up": "the term is used up",
    "not_eligible_status": "the person's status on that day does not qualify",
    "not_eligible_employer": "the employer's kind does not qualify",
    "not_stable_long_enough": "the employment did not last long enough",
    "already_granted": "it was granted before",
    "layoff_rate_too_high": "the layoff rate of the year is above the limit",
    "parameter_unset": "no document sets a figure that it needs",
    "once_a_year": "the times of the year are used up",
    "provider_not_qualified": "the provider's kind does not qualify, or its term is over",
    "not_eligible_age": "older than the limit",
    "not_eligible_county": "the employer is in another county",
    "too_few_persons": "fewer people than the threshold",
    "too_few_visits": "fewer visits than the threshold",
    "graduation_missing": "no graduation is on record",
    "not_graduation_year": "not in the year of the graduation",
    "assessment_missing": "the period is not assessed yet",
    "budget_exhausted": "the budget is used up",
    "other_programme": "another programme that goes before it accrued to the person for the period",
    "no_longer_due": "the facts it rested on are undone, corrected or decided otherwise",
    "not_claimed": "the conditions hold, but nobody claimed",
    "not_contributed": "the conditions hold, but no contribution was paid",
}
_STEPS: Final = tuple(
    (re.compile(f"{pattern}。"), said)
    for pattern, said in (
        (NOTHING_DUE.removesuffix("。"), "By all facts known now nothing is due for the period."),
        (
            r"(\S+?)单位实缴养老、医疗、失业保险费合计(\S+?)元（不含滞纳金和个人缴纳部分）",
            r"Pension, medical and unemployment premiums that the employer paid for \1: \2 yuan.",
        ),
        (
            r"(\S+?)单位实缴\S+?保险费合计(\S+?)元（不含滞纳金和个人缴纳部分）",
            r"Premiums of the insurances that count, paid by the employer for \1: \2 yuan.",
        ),
        (
            r"按(\d+)%补贴，应补(\S+?)元；为该人员第(\d+)个补贴月",
            r"At \1% that is \2 yuan; month \3 of the person's term.",
        ),
        (
            r"“.+?”（(\S+?)）由(\S+?)决定不予核验，至(\S+?)止：(.+)",
            r"The check \1 was set aside by \2 until \3: \4.",
        ),
        (r"每月标准(\S+?)元，按(\d+)%计", r"\1 yuan a month, counted at \2%."),
        (r"(\S+?)至(\S+?)在岗(\d+)天，当月(\d+)天，应补(\S+?)元", r"In post \1 to \2, \3 of \4 days: \5 yuan."),
        (r"(\S+?)出勤(\d+)天，每天(\S+?)元，合计(\S+?)元", r"\2 days attended in \1 at \3 yuan: \4 yuan."),
        (r"(\S+?)申领，毕业年度内一次性补贴(\S+?)元", r"Claimed on \1, in the year of graduation: \2 yuan, once."),
        (r"(\S+?)申领，标准(\S+?)元", r"Claimed on \1; the figure is \2 yuan."),
        (r"截至(\S+?)当年活动累计(\d+)人次，年度经费(\S+?)元", r"By \1 there were \2 visits in the year: \3 yuan."),
        (r"(\S+?)培训(\d+)人，每人每天(\S+?)元，合计(\S+?)元", r"\2 people trained on \1 at \3 yuan each: \4 yuan."),
        (r"(\S+?)至(\S+?)完成培训，每人(\S+?)元", r"Course finished, \1 to \2: \3 yuan a person."),
        (
            r"(\S+?)个人已缴费，最低缴费档次(\S+?)元，政府代缴(\d+)%，为(\S+?)元",
            r"Own part paid on \1; \3% of the lowest tier of \2 yuan is \4 yuan.",
        ),
        (r"季度标准(\S+?)元，应出勤(\d+)天，实出勤(\d+)天", r"\1 yuan a quarter; \3 of \2 working days attended."),
        (r"考核系数(\d+)%，应补(\S+?)元", r"Factor of the grade \1%: \2 yuan."),
        (r"(\d+)年合计(\S+?)元，第(\d+)年期满，应补(\S+?)元", r"\2 yuan over \1 years; year \3 is complete: \4 yuan."),
        (r"(\d+)年度考评等级(\S+?)，标准(\S+?)元", r"Appraised \2 for \1; the figure is \3 yuan."),
        (r"按文件规定的上下限计(\S+?)元", r"Within the bounds of the document: \1 yuan."),
        (r"自(\S+?)起在同一用人单位稳定就业，至(\S+?)期满", r"Employed there from \1; the term was complete on \2."),
        (r"奖励标准每人(\S+?)元", r"The reward is \1 yuan a person."),
        (
            r"当月单位实缴失业保险费(\S+?)元，职工缴纳部分按单位部分的(\d+)%计",
            r"The employer paid unemployment premiums of \1 yuan; the workers' part counts as \2% of that.",
        ),
        (r"按(\d+)%预记(\S+?)元，年度核定前不支付", r"Booked at \1%: \2 yuan, not paid before the year is decided."),
        (
            r"年初(\d+)人，年末(\d+)人，自然减员(\d+)人，裁员(\d+)人，未超过上限",
            r"\1 people at the start of the year, \2 at its end, \3 left by themselves, \4 laid off: within the limit.",
        ),
        (r"全年实缴失业保险费(\S+?)元，按(\d+)%返还(\S+?)元", r"Premiums of the year \1 yuan; \2% is \3 yuan."),
        (r"减去已预记各月合计(\S+?)元，为(\S+?)元", r"Less the months booked ahead, \1 yuan: \2 yuan."),
    )
)
_ROUNDED: Final = "（四舍五入到分）"


def step(text: str) -> str:
    """Return a computation step in English; one that is not known here stays as it is."""
    plain = text.replace(_ROUNDED, "")
    for pattern, said in _STEPS:
        if match := pattern.fullmatch(plain):
            return match.expand(said) + (" (rounded half up to the fen)" if _ROUNDED in text else "")
    return text
