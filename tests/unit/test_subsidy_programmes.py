from collections.abc import Mapping
from datetime import date

import pytest

from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, shipped_texts
from services.subsidy.domain.programme import ROLES
from shared.errors import ConfigurationError

TEXTS = shipped_texts()
SHIPPED: Mapping[str, object] = {
    "social_insurance.ratio_percent": 100,
    "social_insurance.statuses": ("listed",),
    "social_insurance.employer_kinds": ("workshop", "enterprise"),
    "social_insurance.max_months": None,
    "social_insurance.near_retirement_years": None,
    "retirement.male_age_years": None,
    "retirement.female_age_years": None,
    "stable_employment.months": 12,
    "stable_employment.max_gap_days": 0,
    "stable_employment.reward_fen": None,
    "stable_post.ratio_large_percent": None,
    "stable_post.ratio_sme_percent": None,
    "stable_post.max_layoff_bp": None,
    "stable_post.small_firm_heads": None,
    "stable_post.small_firm_max_layoff_bp": None,
    "stable_post.worker_share_percent": None,
    "public_welfare_post.ratio_percent": None,
    "minimum_wage.month_fen": None,
    "internship.ratio_percent": 100,
    "vocational_training.person_fen": 35_000,
    "vocational_training.times_per_year": 1,
    "vocational_training.provider_kinds": (
        "public_agency",
        "provincial_key_technical_school",
        "county_training_base",
    ),
    "vocational_training.women_max_age_years": 60,
    "graduate_grant.person_fen": 200_000,
    "technical_graduate_grant.person_fen": None,
    "resident_pension.lowest_tier_fen": None,
    "resident_pension.ratio_percent": 50,
    "resident_pension.statuses": ("listed", "low_income", "extreme_hardship"),
    "talent_allowance.month_fen": 200_000,
    "talent_allowance.counties": ("350622", "350624", "350628"),
    "dispatch_grant.year_fen": 2_000_000,
    "dispatch_grant.quarter_fen": None,
    "dispatch_grant.factor_excellent_percent": None,
    "dispatch_grant.factor_qualified_percent": None,
    "dispatch_grant.factor_basic_percent": None,
    "dispatch_grant.factor_failed_percent": None,
    "dispatch_training.person_day_fen": 12_000,
    "notice.working_days": None,
    "postdoc.total_fen": 16_000_000,
    "postdoc.years": 2,
    "talent_station.once_fen": 5_000_000,
    "training_base.min_fen": 150_000_000,
    "training_base.max_fen": 300_000_000,
    "training_base.grade_fen": None,
    "agency_capacity.province_year_fen": 50_000_000,
    "agency_capacity.county_year_fen": None,
    "expert_service.year_fen": 15_000_000,
    "expert_service.year_visits": 70,
    "village_fund.year_fen": 100_000_000,
    "village_platform.grade_fen": None,
    "village_post.month_fen": None,
    "work_relief.day_fen": None,
    "employer_honour.persons_count": None,
    "budget.order": None,
    "recovery.offset_percent": None,
}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_what_the_documents_say(name: str) -> None:
    parameter = shipped_rulebook().parameters[name]

    assert [entry.value for entry in parameter.values] == [SHIPPED[name]]


def test_every_programme_names_document_clause_office_and_both_titles() -> None:
    for programme in shipped_rulebook().programmes.values():
        assert programme.source.document
        assert programme.source.clause
        assert programme.source.office
        assert set(programme.title) == {"zh", "en"}
        assert ROLES[programme.kind].keys() <= programme.uses.keys()


def test_a_programme_of_a_known_kind_is_data_alone() -> None:
    text = TEXTS["stable-employment.yaml"].replace("stable-employment", "long-service")
    text = text.replace("stable_employment.", "long_service.")

    rulebook = read_rulebook(TEXTS | {"long-service.yaml": text})

    assert rulebook.programmes["long-service"].uses["amount"] == "long_service.reward_fen"


@pytest.mark.parametrize(
    ("file", "was", "becomes", "said"),
    [
        ("social-insurance.yaml", "\nkind: ", "\nkinds: ", "'kinds' is unknown (closest: 'kind')"),
        ("social-insurance.yaml", "payee: employer", "payee: employer\npayee: person", "'payee' stands twice"),
        ("social-insurance.yaml", "{from: 2017-01-01, value: 100, ", "{value: 100, ", "'from' is missing"),
        ("stable-post.yaml", 'document: 失业保险条例, clause: "6"', "document: 失业保险条例", "'clause' is missing"),
        ("stable-employment.yaml", "value: 12", "value: 12.5", "figures are whole numbers"),
        ("stable-employment.yaml", "max_gap_days: stable", "max_gap: stable", "'max_gap_days' is missing in uses"),
        (
            "stable-employment.yaml",
            "amount: stable_employment.reward_fen",
            "amount: stable_employment.rewards_fen",
            "no file declares the parameter 'stable_employment.rewards_fen' (closest: 'stable_employment.reward_fen')",
        ),
        (
            "stable-employment.yaml",
            "person.status ==",
            "person.state ==",
            "'person.state' is unknown in a condition (closest: 'person.status')",
        ),
        ("stable-employment.yaml", "person.status ==", "worker.status ==", "'worker' is unknown here"),
        ("stable-employment.yaml", "person.status == 'listed'", "person.status == ", "is no CEL expression"),
        (
            "social-insurance.yaml",
            "parameters['social_insurance.statuses']",
            "parameters['social_insurance.status']",
            "(closest: 'social_insurance.statuses')",
        ),
        ("stable-post.yaml", "  stable_post.max_layoff_bp:", "  budget.order:", "is declared in another file too"),
        ("general.yaml", "unit: word", "unit: words", "'unit'"),
        ("general.yaml", "parameters:", "parameters: [", "this is no YAML"),
        ("general.yaml", "key_county.codes:", "notice.codes:", "no file declares the parameter 'key_county.codes'"),
        ("village-post.yaml", "clause: 第三篇", "clause: 第六篇", "has no clause '第六篇' (closest: '第"),
        ("social-insurance.yaml", 'clause: "11"\n  says', 'clause: "21"\n  says', "has no clause '21'"),
        ("social-insurance.yaml", "  office: 就业", "  office: 某就业", "clause 11 is in the charge of"),
        ("work-relief.yaml", "document: 漳州市人力", "document: 漳州人力", "the register of documents has no"),
        (
            "work-relief.yaml",
            "unit: fen",
            "unit: percent",
            "'work_relief.day_fen' is in fen or fen_by_grade by its name",
        ),
        ("work-relief.yaml", "value: null", "value: [listed]", "is a whole number from 0 to"),
        ("work-relief.yaml", "value: null", "value: 100000000001", "is a whole number from 0 to"),
        ("work-relief.yaml", "from: 2017-01-01", "from: 2017-02-30", "there is no such day"),
        ("work-relief.yaml", "kind: attended_days", "kind: attended_day", "(closest: 'attended_days')"),
        ("work-relief.yaml", "post_kinds: [work_relief]\n", "", "'post_kinds' is missing: an attended_days needs it"),
        ("work-relief.yaml", "attendance.recorded]", "attendance.record]", "(closest: 'attendance.recorded')"),
        ("work-relief.yaml", "payee: person", "payee: none", "an attended_days pays somebody"),
        ("work-relief.yaml", "amount: work_relief.day_fen", "amount: postdoc.years", "is in years, but the amount"),
        (
            "village-post.yaml",
            "programme: public-welfare-post",
            "programme: public-post",
            "(closest: 'public-post-ratio')",
        ),
        ("village-post.yaml", "programme: village-post", "programme: work-relief", "is the programme of"),
        ("talent-allowance.yaml", "in_force: body", "in_force: bodies", "there is no reading called 'bodies'"),
        ("training-base.yaml", "unit: fen_by_grade", "unit: fen_by_grades", "(closest: 'fen_by_grade')"),
        ("talent-station.yaml", "appraisals: [talent_station]", "appraisals: [station]", "(closest: 'talent_station')"),
        ("village-fund.yaml", "fact: visit.recorded", "fact: visits.recorded", "(closest: 'visit.recorded')"),
        ("documents.yaml", "  heshui_plan:", "  heshui_plan: {}\n  heshui_plan:", "stands twice"),
        ("training-base.yaml", "value: null", 'value: ["excellent 3"]', "entries such as excellent:300000000"),
    ],
)
def test_a_mistake_is_named_with_its_file_its_line_and_what_is_right(
    file: str, was: str, becomes: str, said: str
) -> None:
    assert was in TEXTS[file]
    wrong = TEXTS | {file: TEXTS[file].replace(was, becomes, 1)}

    with pytest.raises(ConfigurationError) as error:
        read_rulebook(wrong)

    assert said in str(error.value)
    assert ".yaml, line " in str(error.value)


def test_the_line_is_that_of_the_mistake() -> None:
    text = TEXTS["social-insurance.yaml"]
    line = text[: text.index("\nkind: ")].count("\n") + 2

    with pytest.raises(ConfigurationError, match=rf"^social-insurance\.yaml, line {line}: "):
        read_rulebook(TEXTS | {"social-insurance.yaml": text.replace("\nkind: ", "\nkinds: ")})


def test_values_stand_in_order_of_their_first_days() -> None:
    entry = '      - {from: 2016-01-01, value: 6, document: 某文, clause: "1"}\n'
    text = TEXTS["stable-employment.yaml"]
    place = text.index("  stable_employment.max_gap_days:")

    with pytest.raises(ConfigurationError, match="in order of their first days"):
        read_rulebook(TEXTS | {"stable-employment.yaml": text[:place] + entry + text[place:]})


def test_two_values_of_one_first_day_overlap() -> None:
    entry = '      - {from: 2017-01-01, value: 6, document: 某文, clause: "1"}\n'
    text = TEXTS["stable-employment.yaml"]
    place = text.index("  stable_employment.max_gap_days:")

    with pytest.raises(ConfigurationError, match="two values overlap"):
        read_rulebook(TEXTS | {"stable-employment.yaml": text[:place] + entry + text[place:]})


def test_a_condition_reads_the_figures_in_force() -> None:
    (_, condition) = shipped_rulebook().programmes["social-insurance"].conditions

    assert condition.holds(("listed",), (("listed", "exited"),)) is True
    assert condition.holds(("none",), (("listed", "exited"),)) is False


def test_the_version_of_a_programme_is_its_first_day() -> None:
    days = {programme.version for programme in shipped_rulebook().programmes.values()}

    assert days == {date(2017, 1, 1), date(2013, 1, 1), date(2015, 1, 1), date(2020, 9, 25)}
