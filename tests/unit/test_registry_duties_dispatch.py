"""Duties of dispatched cultural workers: month, quarter, half year, year, and what their pay rests on."""

from tests.support.duties import assessed, attended, done, placed
from tests.unit.test_registry_duties import desk


class TestADispatchedWorker:
    TERM = placed("dispatch", "2020-11-01", contract_until="2021-10-31")

    def test_owes_months_quarters_half_years_a_year_and_the_self_check(self) -> None:
        worker = desk(self.TERM, today="2020-11-01")
        worker.close("2022-03-31")
        owed = {duty: [*worker.said(duty)] for duty in worker.book().said}
        assert owed["dispatch_attendance"] == ["2020-11", "2020-12", *(f"2021-{n:02d}" for n in range(1, 11))]
        assert owed["dispatch_report"] == ["2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3"]
        assert owed["dispatch_assessment"] == ["2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3"]
        assert owed["dispatch_summary"] == ["2021-H1", "2021-H2"]
        assert owed["dispatch_appraisal"] == ["2021"]
        assert owed["self_check"] == ["2021-10"]

    def test_has_the_self_check_due_on_the_monday_behind_october(self) -> None:
        worker = desk(self.TERM, today="2020-11-01")
        worker.tell(done("自查", "2021-11-01"))
        assert worker.book().said["self_check"]["2021-10"].status == "fulfilled"

    def test_is_attended_for_by_month_or_by_quarter(self) -> None:
        worker = desk(self.TERM, today="2021-04-09")
        worker.tell(attended("2020-11"), attended("2021-Q1"))
        assert worker.said("dispatch_attendance") == {
            "2020-11": "late", "2021-01": "late", "2021-02": "late", "2021-03": "fulfilled",
        }  # fmt: skip

    def test_is_assessed_for_the_quarter_that_is_named_and_no_other(self) -> None:
        worker = desk(self.TERM, today="2021-02-05")
        worker.tell(assessed("2020-Q4"), assessed("2021"))
        assert worker.said("dispatch_assessment") == {"2020-Q4": "fulfilled"}
        assert worker.said("dispatch_appraisal") == {"2021": "fulfilled"}

    def test_is_asked_for_what_pay_rests_on_however_long_ago(self) -> None:
        worker = desk(self.TERM, today="2020-11-01")
        worker.close("2022-12-31")
        assert {"placement:J1/dispatch_assessment", "placement:J1/dispatch_attendance"} <= worker.tasks().keys()
        assert "placement:J1/dispatch_report" not in worker.tasks()

    def test_may_hand_in_the_report_of_a_quarter_ahead_of_it(self) -> None:
        worker = desk(self.TERM, today="2020-12-20")
        worker.tell(done("汇报", "2020-12-20", period="2021-Q1"))
        assert worker.said("dispatch_report") == {"2021-Q1": "fulfilled"}
