"""Every deliberate bug still aims at code that is there; one that does not would break each run and count as caught."""

import pytest

from tests.simulation.mutant import AstrayError, Mutant
from tests.simulation.mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_deliberate_bug_aims_at_code_that_is_there(mutant: Mutant) -> None:
    mutant.aim()


def test_one_whose_target_was_moved_is_no_catch() -> None:
    astray = Mutant("astray", "It changes what is not there.", lambda: [(Mutant, "moved_elsewhere", None)])
    with pytest.raises(AstrayError, match="moved_elsewhere"), astray.at_work():
        raise RuntimeError("a run would begin here")
