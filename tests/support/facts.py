"""Facts as upstream publishes them: fixed people with valid check digits, one valid example of every fact."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from shared.catalog import FACT_BY_TYPE
from shared.identity import make_id_number
from shared.runner.core import Keys

KEYS = Keys(person=bytes(range(32)), content=bytes(range(32, 64)))
SOURCE = "yunxiao-hr"
COUNTY, TOWNSHIP, VILLAGE = "350622", "350622100", "350622100201"
USCC, OTHER_USCC = "91350622MA2XN0K4TC", "93350624MA31ABCD0L"
NAME, PHONE, ACCOUNT = "林秀英", "13812345678", "6217 0018 5000 1234 567"
RECORDED_AT = "2018-03-02T08:10:00+08:00"
FIRST_CLOSED = date(2018, 3, 1)


def id_number(number: int = 1) -> str:
    """Return the id number of the n-th person of 云霄县, born on 3 February 1985."""
    return make_id_number(COUNTY, date(1985, 2, 3), number)


@dataclass(frozen=True)
class Offer:
    """One message of the intake."""

    subject: str
    body: bytes
    id: str

    def but(self, **changed: Any) -> "Offer":
        """Return it with other envelope attributes; None takes one away."""
        event = orjson.loads(self.body) | changed
        kept = {name: value for name, value in event.items() if value is not None}
        return Offer(self.subject, orjson.dumps(kept), str(event["id"]))


def offer(fact: str, id_: str, /, data: dict[str, Any] | None = None, *, by_source: str = "", **changed: Any) -> Offer:
    """Return a fact on offer; without `data` the example, with `changed` fields of it replaced (None: left out)."""
    known = FACT_BY_TYPE.get(f"cn.bangfu.{fact}.v1")
    by_source = by_source or next(iter(known.only_from if known else ()), SOURCE)
    said = dict(EXAMPLES[fact] if data is None else data) | changed
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": by_source,
        "type": f"cn.bangfu.{fact}.v1",
        "time": RECORDED_AT,
        "datacontenttype": "application/json",
        "data": {name: value for name, value in said.items() if value is not None},
    }
    return Offer(f"intake.{by_source}.{fact}", orjson.dumps(event), id_)


def closing(day: date) -> Offer:
    """Return the fact that closes a day."""
    return offer("calendar.day_closed", f"day-{day}", {"date": day.isoformat()})


_ID = {"id_number": id_number()}
_JOB = {"employment_id": "J1"}
_PLACE = {"county": COUNTY, "township": TOWNSHIP, "village": VILLAGE}
_ROSTER = _ID | _PLACE | {
    "name": NAME, "household_id": "H-1", "status": "listed", "status_from": "2016-01-01", "labour_ability": True,
}  # fmt: skip
_VACANCY = {
    "vacancy_id": "V1", "uscc": USCC, "title": "缝纫工", "post_kind": "workshop", "openings": 5, "county": COUNTY,
    "skills": ["平车缝纫"], "location": {"lat": 23.95667, "lon": 117.33991}, "wage_min_fen": 250_000,
}  # fmt: skip
_OFFICER = {
    "coordinator_id": "C1", "name": "陈志明", "phone": "13912345678", "county": COUNTY, "townships": [TOWNSHIP],
    "villages": [VILLAGE], "role": "village",
}  # fmt: skip
_PREMIUM = _ID | {"uscc": USCC, "period": "2018-03", "pension_fen": 50_400, "medical_fen": 22_400}
_PREMIUM |= {"unemployment_fen": 1_400}
_APPROVAL = {"subject_id": "B1", "content_hash": "0" * 64, "by": "leader-1", "date": "2018-03-20"}
_BUDGET = {"programme": "social-insurance", "county": COUNTY, "fiscal_year": 2018, "amount_fen": 5_000_000}
_PAUSE = {"uscc": USCC, "date": "2018-03-20", "reason": "账户核对"}
_PLACEMENT = _JOB | {"date": "2018-06-01", "reason": "工作需要", "until": "2018-12-31"}
_ON = {"date": "2018-03-20"}
_ERASURE = {"person_id": "p" + "a" * 25, "by": "ops-1", "reason": "本人申请", "doc_no": "云人社〔2019〕9号"}
_ALERT = {"alert_id": "7b1c0f5e-2f0a-5b57-9a52-6d1a53c0a001", "home": 3, "by": "C1"}
_REQUEST = {"letter": f"{SOURCE}|f-1", "by": "ops-1", "reason": "规则已更正"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "roster.entry": _ROSTER,
    "roster.snapshot": {
        "snapshot_id": "S1", "county": COUNTY, "as_of": "2018-03-01", "part": 1, "parts": 1, "entries": [_ROSTER],
    },
    "jobseeker.registered": _ID | _PLACE | {
        "name": NAME, "phone": PHONE, "education": "71", "skills": ["平车缝纫"], "occupations": ["缝纫工"],
        "sms_consent": True, "location": {"lat": 23.95667, "lon": 117.33991},
    },
    "jobseeker.updated": _ID | {"phone": "138-1234-5679", "wanted_wage_fen": 300_000},
    "jobseeker.withdrawn": _ID | {"reason": "外出务工"},
    "employer.registered": {
        "uscc": USCC, "name": "云霄县春晖制衣厂", "kind": "workshop", "size": "sme", "county": COUNTY,
        "insured_county": COUNTY, "contact_phone": "0596-8512345",
    },
    "vacancy.opened": _VACANCY,
    "vacancy.changed": {"vacancy_id": "V1", "openings": 3},
    "vacancy.closed": {"vacancy_id": "V1", "reason": "招满"},
    "coordinator.registered": _OFFICER,
    "coordinator.relieved": {"coordinator_id": "C1"},
    "visit.recorded": _ID | _ON | {"coordinator_id": "C1", "kind": "survey", "findings": {"房屋安全": True}},
    "plan.agreed": _ID | _ON | {"coordinator_id": "C1", "measures": ["推荐岗位"]},
    "certificate.requested": _ID | _ON,
    "certificate.issued": _ID | _ON | {"number": "3506220018000123"},
    "person.merged": _ID | _ON | {"into_id_number": id_number(2), "doc_no": "云扶〔2018〕3号", "reason": "重复建档"},
    "person.split": _ID | _ON | {"from_id_number": id_number(2), "doc_no": "云扶〔2018〕4号", "reason": "误并"},
    "exit.confirmed": _ID | _ON | {"by": "poverty-office"},
    "exit.refused": _ID | _ON | {"by": "poverty-office", "reason": "收入未达标"},
    "household.risk_raised": _ON | {"household_id": "H-1", "kind": "大病", "by": "C1"},
    "household.released": _ON | {"household_id": "H-1", "kind": "大病", "by": "C1", "checklist": {"已报销": True}},
    "sms.replied": {"from": PHONE, "text": "接受", "received_at": RECORDED_AT},
    "sms.receipt": {"message_id": "M1", "status": "delivered", "at": RECORDED_AT},
    "employment.confirmed": _ID | _JOB | {"uscc": USCC, "starts_on": "2018-03-19", "post_kind": "workshop"},
    "employment.ended": _JOB | {"last_day": "2018-09-30", "reason": "合同期满"},
    "employment.corrected": _JOB | {"starts_on": "2018-03-18", "reason": "录入错误"},
    "employment.voided": _JOB | {"effective_from": "2018-03-19", "reason": "false_report"},
    "employment.checked": _JOB | _ON | {"employed": "yes", "source": "社保中心"},
    "agreement.signed": _JOB | _ON | {"version": "v2", "parties": ["林秀英", "春晖制衣厂"]},
    "payee.account_registered": {"uscc": USCC, "bank": "农业银行", "account_no": ACCOUNT, "valid_from": "2018-03-01"},
    "premium.paid": _PREMIUM | {"paid_on": "2018-03-28"},
    "premium.corrected": _PREMIUM | {"date": "2018-04-28"},
    "premium.refunded": _PREMIUM | {"date": "2018-05-28"},
    "headcount.reported": {
        "uscc": USCC, "year": 2018, "at_start": 50, "at_end": 49, "natural_leavers": 1,
        "unemployment_premium_fen": 840_000,
    },
    "pension.enrolled": _ID | {"year": 2018, "tier_fen": 20_000},
    "pension.contributed": _ID | {"year": 2018, "paid_on": "2018-06-01", "own_fen": 10_000},
    "training.completed": _ID | {
        "course_id": "K1", "provider_id": "T1", "started_on": "2018-04-01", "finished_on": "2018-04-10", "days": 10,
    },
    "provider.qualified": {"provider_id": "T1", "name": "云霄县职业中专", "kind": "public_agency", "county": COUNTY},
    "graduation.recorded": _ID | {"school_kind": "college", "graduated_on": "2018-06-30"},
    "grant.claimed": _ID | {"programme": "graduate-grant", "claimed_on": "2018-07-10"},
    "application.received": _ID | _ON | {"application_id": "A1", "programme": "internship"},
    "application.reviewed": {"application_id": "A1", "decision": "同意", "by": "hr-office"},
    "arrival.recorded": _JOB | _ON,
    "placement.extended": _PLACEMENT,
    "placement.suspended": _PLACEMENT,
    "placement.resumed": _PLACEMENT,
    "attendance.recorded": _JOB | {"period": "2018-Q2", "working_days": 62, "attended_days": 60},
    "duty.done": _JOB | _ON | {"duty": "走访"},
    "assessment.recorded": _JOB | {"period": "2018", "grade": "qualified"},
    "violation.reported": _JOB | _ON | {"kind": "空岗"},
    "activity.held": _ON | {
        "programme": "training-base", "county": COUNTY, "kind": "招聘会", "participants": [id_number(1), id_number(2)],
    },
    "appraisal.recorded": {
        "organisation_id": "O1", "kind": "training_base", "year": 2018, "grade": "优秀", "county": COUNTY,
    },
    "budget.granted": _BUDGET | {"doc_no": "云财〔2018〕10号"},
    "budget.reduced": _BUDGET | {"doc_no": "云财〔2018〕11号"},
    "parameter.published": {
        "parameter": "social_insurance.max_months", "value": 36, "valid_from": "2018-01-01", "known_on": "2018-01-05",
        "doc_no": "闽人社文〔2017〕12号",
    },
    "notice.objected": _ON | {"notice_id": "N1"},
    "notice.cleared": _ON | {"notice_id": "N1"},
    "payee.paused": _PAUSE,
    "payee.resumed": _PAUSE,
    "payee.blocked": {"uscc": USCC, "from": "2018-03-01", "until": "2018-12-31", "reason": "虚报"},
    "check.overridden": {
        "programme": "social-insurance", "payee": USCC, "check": "重复月份", "until": "2018-12-31", "reason": "补缴",
        "by": "leader-1",
    },
    "approval.given": _APPROVAL,
    "approval.refused": _APPROVAL | {"reason": "材料不全"},
    "payment.settled": _ON | {"instruction_id": "L1", "amount_fen": 74_200, "bank_ref": "R1"},
    "payment.failed": _ON | {"instruction_id": "L1", "amount_fen": 74_200, "reason": "账号不符"},
    "fiscal_year.closed": {
        "county": COUNTY, "fiscal_year": 2018, "date": "2018-12-31", "carry_over": "yes", "doc_no": "云财〔2018〕99号",
    },
    "recovery.received": _ON | {"receivable_id": "R1", "amount_fen": 74_200},
    "recovery.written_off": _ON | {"receivable_id": "R1", "amount_fen": 74_200, "doc_no": "云财〔2019〕7号"},
    "calendar.day_closed": {"date": FIRST_CLOSED.isoformat()},
    "ops.redrive_requested": _REQUEST | {"body": "eJyrVgIAAUUAlg=="},
    "ops.discard_requested": _REQUEST,
    "ops.letters_wished": {"wish": "redrive", "source": "yunxiao-hr", "by": "ops-1", "reason": "顺序已更正"},
    "ops.erasure_requested": _ERASURE,
    "ops.erasure_lifted": _ERASURE,
    "alert.seen": _ALERT,
    "alert.acknowledged": _ALERT,
    "alert.snoozed": _ALERT | {"until": "2018-03-26"},
    "alert.done": _ALERT | {"note": "已办"},
    "alert.handed_over": _ALERT | {"to": "to:C2", "reason": "轮休"},
    "ops.replay_finished": {
        "span": "whole", "by": "ops-1", "first": 1, "last": 40, "events": 12, "posted_until": "2018-03-01",
        "digest": "a" * 64, "live_digest": "a" * 64, "differences": 0, "unhandled": 0,
    },
}  # fmt: skip
