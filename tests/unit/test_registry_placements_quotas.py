"""Quotas: 13 volunteers to 12 townships, 2:4:4 among titles, 60 per cent of township posts for local people."""

from services.registry.domain.placements_quotas import heads, places
from tests.support.facts import COUNTY, OTHER_USCC, offer
from tests.support.placing import HESHUI, Town, job, seeker

VOLUNTEERS = f"dispatch-quota-{HESHUI}-2020-11-01"


def volunteers(count: int) -> Town:
    """Return Heshui with so many volunteers, each in another township as long as there are twelve."""
    town = Town()
    for n in range(1, count + 1):
        place = {"county": HESHUI, "township": f"{HESHUI}{100 + n % 12}"}
        town.accept(seeker(n), job(f"J{n}", n, "2020-11-02", contract_until="2021-10-31", **place))
    return town


class TestVolunteers:
    def test_are_thirteen_in_twelve_townships(self) -> None:
        town = volunteers(13)
        group = town.group(VOLUNTEERS)
        assert (heads(group), places(group)) == (13, 12)
        assert town.open() == []

    def test_beyond_thirteen_are_told_with_the_clause(self) -> None:
        town = volunteers(14)
        assert town.open() == [f"quota_exceeded {VOLUNTEERS}/heads/14"]
        details = town.details("quota_exceeded")
        assert (details["quota"], details["reached"], details["clause"][-1]) == ("13", "14", "三")

    def test_who_follow_one_who_left_take_nobody_elses_place(self) -> None:
        town = volunteers(13)
        town.say("employment.ended", employment_id="J1", last_day="2021-02-28", reason="退出")
        town.accept(seeker(20), job("J20", 20, "2021-03-01", contract_until="2021-10-31", county=HESHUI))
        assert town.open("quota_exceeded") == []
        town.say("employment.corrected", employment_id="J1", last_day="2021-03-01", reason="录入错误")
        assert town.open("quota_exceeded") == [f"quota_exceeded {VOLUNTEERS}/heads/14"]

    def test_of_another_programme_year_or_county_do_not_count(self) -> None:
        town = volunteers(13)
        town.accept(seeker(20), job("J20", 20, "2021-11-01", county=HESHUI))
        town.accept(seeker(21), job("J21", 21, "2020-11-02", county=COUNTY))
        town.accept(seeker(22), job("J22", 22, "2020-11-02", county=HESHUI, programme="phd-to-firms"))
        assert town.open("quota_exceeded") == []

    def test_in_a_thirteenth_township_are_one_township_too_many(self) -> None:
        town = volunteers(12)
        town.accept(seeker(20), job("J20", 20, "2020-11-02", county=HESHUI, township=f"{HESHUI}999"))
        assert town.open("quota_exceeded") == [f"quota_exceeded {VOLUNTEERS}/places/13"]

    def test_moved_to_another_programme_no_longer_count(self) -> None:
        town = volunteers(14)
        town.say("employment.corrected", employment_id="J3", programme="phd-to-firms", reason="录入错误")
        assert town.open("quota_exceeded") == []
        assert "J3" not in town.group(VOLUNTEERS).counted

    def test_whose_host_turns_out_to_be_elsewhere_count_there(self) -> None:
        town = Town()
        town.accept(offer("employer.registered", "e2", uscc=OTHER_USCC, county=HESHUI, insured_county=HESHUI))
        town.accept(seeker(1), job("J1", 1, "2020-11-02", contract_until="2021-10-31", county=None))
        town.say("employment.corrected", employment_id="J1", uscc=OTHER_USCC, reason="录入错误")
        assert list(town.group(VOLUNTEERS).counted) == ["J1"]


class TestTitles:
    def technicians(self, *levels: str) -> Town:
        """Return a key county's public body with posts of these levels."""
        town = Town("2018-02-28")
        for n, level in enumerate(levels, 1):
            town.accept(seeker(n), job(f"J{n}", n, "2018-03-01", "ordinary", title_level=level))
        return town

    def test_in_the_proportion_two_four_four_are_as_they_should_be(self) -> None:
        assert self.technicians("senior", "middle", "middle", "junior", "junior").open() == []

    def test_above_it_are_told_by_level(self) -> None:
        town = self.technicians("senior", "senior", "middle", "middle", "middle")
        group = f"quota_exceeded post-structure-{COUNTY}"
        assert town.open() == [f"{group}/middle/3of5", f"{group}/senior/2of5"]
        town.say("employment.ended", employment_id="J1", last_day="2018-03-31", reason="调出")
        assert town.open() == []

    def test_of_too_few_posts_have_no_proportion(self) -> None:
        assert self.technicians("senior", "senior").open() == []

    def test_elsewhere_than_in_a_public_body_do_not_count(self) -> None:
        town = Town("2018-02-28")
        town.accept(offer("employer.registered", "e2", uscc=OTHER_USCC, kind="enterprise"))
        for n in range(1, 7):
            said = {"uscc": OTHER_USCC, "title_level": "senior"}
            town.accept(seeker(n), job(f"J{n}", n, "2018-03-01", "ordinary", **said))
        assert town.open() == []


class TestTownshipPosts:
    def posts(self, local: int, others: int) -> Town:
        """Return a county with so many township posts for local people and for all."""
        town = Town("2018-02-28")
        said = {"programme": "local-posts", "township": f"{COUNTY}100", "post_kind": "ordinary"}
        town.accept(offer("vacancy.opened", "v1", vacancy_id="V1", openings=local, local_only=True, **said))
        town.accept(offer("vacancy.opened", "v2", vacancy_id="V2", openings=others, **said))
        return town

    def test_for_local_people_are_sixty_per_cent_at_most(self) -> None:
        assert self.posts(6, 4).open() == []
        town = self.posts(7, 4)
        assert town.open() == [f"quota_exceeded local-posts-{COUNTY}-2018/local/7of11"]
        town.say("vacancy.changed", vacancy_id="V2", openings=5)
        assert town.open() == []

    def test_for_local_people_are_for_people_of_the_county(self) -> None:
        town = self.posts(6, 4)
        town.accept(seeker(1), job("J1", 1, "2018-03-01", "ordinary", vacancy_id="V1"))
        town.accept(seeker(2, county="350624"), job("J2", 2, "2018-03-01", "ordinary", vacancy_id="V1"))
        assert (town.answers("J1"), town.answers("J2")) == ({"local": "passed"}, {"local": "failed"})
        assert town.open() == ["gate_failed J2/local/failed"]
        town.say("vacancy.changed", vacancy_id="V1", local_only=False)
        assert town.open() == []
