"""Every row of the source documents stands in the coverage file, and what it names exists."""

import pytest

from services.registry.targets_file import load_targets
from tests.coverage.carriers import carriers, quoted, shown_in
from tests.coverage.page import PAGE, page, rows

IDS = """
Z-G1 Z-G2 Z-G3 Z-G4 Z-G5 Z1a Z1b Z1c Z2a Z2b Z2c Z2d Z2e Z3a Z3b Z3c Z3d Z3e Z4a Z4b Z4c Z4d Z4e Z5a Z5b Z6a
Z6b Z6c Z6d Z7a Z7b Z7c Z7d Z8 Z9a Z9b Z9c Z10a Z10b Z10c Z11a Z11b Z12 Z13a Z13b Z13c Z14a Z14b Z14c Z15a
Z15b Z15c Z16a Z16b Z16c Z16d Z17a Z17b Z17c Z18a Z18b Z18c Z18d Z18e Z19a Z19b Z19c Z19d Z-S1 Z-S2 Z-S3 Z-S4
Z-S5 B1.6 Q0 Q1a Q1b Q1c Q2 Q3a Q3b Q4 Q5a Q5b Q5c Q6a Q6b Q6c Q6d Q7a Q7b Q7c Q8 S1 S2 S3 S4 S5 S6a S6b S6c
S7 S8 S9 S10 S11 S12 S13a S13b S14a S14b S15a S15b S15c S16 H1 H2 H3 H4a H4b H4c H4d H4e H5a H5b H5c H5d H5e
H6a H6b H6c H6d H7 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25
A26 A27 A28 A29 A30 C1 C2 C3 C4 C5 C6
"""
EXPECTED = IDS.split()


def test_no_row_is_missing_and_none_is_made_up() -> None:
    assert list(rows()) == EXPECTED


@pytest.mark.parametrize("row", EXPECTED)
def test_what_a_row_names_exists_and_its_status_is_true_to_it(row: str) -> None:
    found = rows()[row]
    unknown = [name for name in found.carriers if name.partition(":")[2] not in carriers()[name.partition(":")[0]]]
    assert unknown == [], "no such carrier"
    missing = [name for name in found.tests if name.partition("::")[2] not in shown_in(name.partition("::")[0])]
    assert missing == [], "no such test"
    assert bool(found.carriers) == (found.status != "not_carried")
    assert bool(found.tests) == (found.status != "not_carried")
    assert found.status == "carried" or found.why, "what is not carried says why"


def test_what_registry_s_data_quote_a_row_for_is_named_by_that_row() -> None:
    named = {(id_, carrier) for id_, row in rows().items() for carrier in row.carriers}
    assert sorted(quoted() - named) == []


def test_a_row_that_only_an_unmeasured_target_carries_is_not_called_carried() -> None:
    unmeasured = {f"target:{target.id}" for target in load_targets().targets if not target.measured}
    acts = ("placement:", "target:", "task:", "duty:")
    for id_, row in rows().items():
        if set(row.carriers) & unmeasured and row.status == "carried":
            assert [c for c in row.carriers if c.startswith(acts) and c not in unmeasured], id_


def test_the_page_is_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs` and look at what changed"
