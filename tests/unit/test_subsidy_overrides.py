"""A check is set aside: for a named condition, a payee or one person, up to a day; the line says by whom and why."""

from dataclasses import replace
from datetime import date

import pytest

from services.subsidy.adapters.programme_files import read_rulebook, shipped_texts
from services.subsidy.domain.parameters import Override, Parameters, Refusal, Values
from services.subsidy.domain.subjects import employing
from shared.catalog import PARTITIONS
from shared.events.employment import GraduationRecorded, GrantClaimed, TrainingCompleted
from shared.events.finance import CheckOverridden, CheckSetAside
from tests.support.facts import offer
from tests.support.world import accepted
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World, listed

MARCH_1, MARCH_15 = date(2018, 3, 1), date(2018, 3, 15)
TEXTS = shipped_texts()
YEAR_END = date(2018, 12, 31)
STATUS = "not_eligible_status"


def aside(**fields: object) -> CheckSetAside:
    said = {"programme": "social-insurance", "payee": E1, "check": STATUS, "until": YEAR_END}
    return CheckSetAside.model_validate(said | {"reason": "名册更正中", "by": "leader-1"} | fields)


def insured() -> World:
    """Return a world in which two who are out of poverty are insured for March by one employer, and one by another."""
    world = World(MARCH_1)
    for person in (P1, P2):
        world.fact(listed(person, status="exited"))
    for uscc in (E1, E2):
        world.registered(uscc)
    for id_, person in (("J1", P1), ("J2", P2)):
        world.employed(id_, person, E1, MARCH_1)
        world.paid(person, E1, "2018-03", MARCH_15)
    return world


def paid_for(world: World) -> list[str | None]:
    world.close(MARCH_15)
    return sorted(line.claim.person_id or "" for line in world.posted)


def test_what_fails_a_condition_is_due_to_the_payee_once_it_is_set_aside() -> None:
    world = insured()
    assert (paid_for(world), set(world.refused.values())) == ([], {STATUS})
    world.fact(aside())
    world.close(date(2018, 3, 16))
    assert world.sums() == {("social-insurance", E1, "2018-03"): 2 * 74_200}
    assert world.refused == {}


def test_the_line_says_which_check_was_set_aside_by_whom_until_when_and_why() -> None:
    world = insured()
    world.fact(aside())
    world.close(MARCH_15)
    said = world.posted[0].computation[-1]
    assert (
        said == f"“当月在岗首日为建档立卡未脱贫劳动力”（{STATUS}）由leader-1决定不予核验，至2018-12-31止：名册更正中。"
    )


def test_a_line_that_needs_no_override_does_not_speak_of_one() -> None:
    world = insured()
    world.fact(listed("p" + "c" * 25))
    world.employed("J3", "p" + "c" * 25, E1, MARCH_1)
    world.paid("p" + "c" * 25, E1, "2018-03", MARCH_15)
    world.fact(aside())
    world.close(MARCH_15)
    spoken = {line.claim.person_id: "leader-1" in "".join(line.computation) for line in world.posted}
    assert spoken == {P1: True, P2: True, "p" + "c" * 25: False}


def test_one_about_a_person_is_about_nobody_else() -> None:
    world = insured()
    world.fact(aside(person=P2))
    assert paid_for(world) == [P2]


@pytest.mark.parametrize(
    "fields",
    [{"payee": E2}, {"check": "not_eligible_employer"}, {"check": "重复月份"}, {"programme": "internship"},
     {"programme": "nonsense"}],
)  # fmt: skip
def test_one_about_another_payee_check_or_programme_changes_nothing(fields: dict[str, object]) -> None:
    world = insured()
    world.fact(aside(**fields))
    assert (paid_for(world), set(world.refused.values())) == ([], {STATUS})


def test_it_expires_by_itself_with_the_last_day_that_it_counts_for() -> None:
    world = insured()
    world.fact(aside(until=date(2018, 3, 31), person=P1))
    world.paid(P1, E1, "2018-04", date(2018, 4, 10))
    world.close(date(2018, 4, 30))
    assert world.sums() == {("social-insurance", E1, "2018-03"): 74_200}
    assert world.refused["social-insurance", E1, "2018-04"] == STATUS


def test_a_later_one_with_an_earlier_last_day_takes_back_what_it_had_made_due() -> None:
    world = insured()
    world.fact(aside(person=P1))
    assert paid_for(world) == [P1]
    world.fact(aside(person=P1, until=date(2018, 1, 1), reason="名册已核实"))
    world.close(date(2018, 3, 16))
    assert world.sums() == {}
    assert world.balances(E1)["receivable"] == "742.00"


def test_it_counts_for_who_comes_after_it_too() -> None:
    world = World(MARCH_1)
    world.fact(aside())
    world.fact(listed(P1, status="exited"))
    world.registered(E1)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_15)
    assert paid_for(world) == [P1]


def test_a_provider_is_paid_for_a_course_that_failed_a_condition() -> None:
    world = World(MARCH_1)
    world.fact(listed(P1))
    world.fact(
        TrainingCompleted(
            person_id=P1,
            course_id="C1",
            provider_id="T1",
            started_on=date(2018, 2, 1),
            finished_on=date(2018, 2, 10),
            days=9,
        )
    )
    assert set(world.refused.values()) == {"provider_not_qualified"}
    world.fact(aside(programme="vocational-training", payee="T1", check="provider_not_qualified"))
    world.close(MARCH_15)
    assert world.sums() == {("vocational-training", "T1", "2018-02"): 35_000}
    assert "结业当日承接资格未到期" in world.posted[0].computation[-1]


def test_an_employer_that_names_nobody_is_its_own_payee() -> None:
    text = TEXTS["stable-post.yaml"].replace(
        "conditions: []",
        "conditions: [{require: employer.kind == 'enterprise', reason: not_eligible_employer, says: 企业}]",
    )
    rulebook = read_rulebook(TEXTS | {"stable-post.yaml": text})
    programme = rulebook.programmes["stable-post"]
    override = Override("stable-post", "not_eligible_employer", E1, "", YEAR_END, "名册更正中", "leader-1")
    plain = Values(rulebook, Parameters(), E1)
    workshop = employing("workshop", "sme", "350622")
    assert plain.failed(programme, workshop, "350622", MARCH_1) == Refusal("not_eligible_employer")
    assert replace(plain, overrides=(override,)).failed(programme, workshop, "350622", MARCH_1) is None


def test_a_person_who_is_paid_directly_is_its_payee() -> None:
    world = World(MARCH_1)
    world.fact(listed(P1, status="none"))
    world.fact(GraduationRecorded(person_id=P1, school_kind="technical_senior", graduated_on=date(2018, 1, 10)))
    world.fact(GrantClaimed(person_id=P1, programme="graduate-grant", claimed_on=MARCH_1))
    (reason,) = set(world.refused.values())
    world.fact(aside(programme="graduate-grant", payee=P1, check=reason))
    world.close(MARCH_15)
    assert world.sums() == {("graduate-grant", P1, "2018-03"): 200_000}


def test_registry_tells_every_partition_of_it() -> None:
    registry = accepted([offer("employer.registered", "e-1")])
    said = registry.after(offer("check.overridden", "o-1"))
    assert [m.partition for m in said if isinstance(m.event, CheckSetAside)] == list(range(PARTITIONS))
    assert len([m for m in said if isinstance(m.event, CheckOverridden)]) == 1
