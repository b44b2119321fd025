"""What a programme file claims about amounts is what the engine does: every exclusion and every cap names what acts."""

from collections.abc import Mapping

from services.subsidy.adapters.programme_form import ExclusionForm, ProgrammeForm
from services.subsidy.domain.kinds import AT_CLOSE, INHERENT, PAYEES, PERIODS, PRORATION, SWITCHED
from services.subsidy.domain.programme import Programme
from shared.strict_yaml import Path, StrictYaml, closest


def check_claims(file: StrictYaml, form: ProgrammeForm) -> None:
    """Check payee, period, time of posting, proration, exclusions and caps of a file.

    Raises:
        ConfigurationError: One of them says something about amounts that nothing in the engine does.
    """
    does = PRORATION.get(form.kind, "none")
    if form.proration not in (None, does):
        raise file.at(("proration",), f"'{form.kind}' works out parts of a period by '{does}'")
    posted = "when_the_day_closes" if form.kind in AT_CLOSE else "when_the_fact_arrives"
    can: dict[str, frozenset[str]] = {
        "posted": frozenset({posted}),
        "period": PERIODS.get(form.kind, frozenset({"month"})),
        "payee": PAYEES[form.kind],
    }
    for name, known in can.items():
        if getattr(form, name) not in known:
            raise file.at((name,), f"the {name} of '{form.kind}' is {' or '.join(sorted(known))}")
    for number, exclusion in enumerate(form.exclusions):
        _check_exclusion(file, form, ("exclusions", number), exclusion)
    for number, cap in enumerate(form.caps):
        _check_roles(file, form, ("caps", number), cap.uses)


def _check_exclusion(file: StrictYaml, form: ProgrammeForm, path: Path, exclusion: ExclusionForm) -> None:
    movers = [exclusion.programme, exclusion.reason, exclusion.uses, exclusion.by_kind]
    if sum(map(bool, movers)) != 1:
        raise file.at(path, "an exclusion names what makes it so, one of programme, reason, uses, by_kind: true")
    _check_roles(file, form, path, exclusion.uses)
    if not exclusion.reason:
        return
    known = SWITCHED.get(form.kind, frozenset()) | INHERENT.get(form.kind, frozenset())
    known |= {condition.reason for condition in form.conditions}
    if exclusion.reason not in known:
        told = closest(exclusion.reason, known)
        raise file.at((*path, "reason"), f"neither '{form.kind}' nor a condition refuses '{exclusion.reason}'{told}")


def _check_roles(file: StrictYaml, form: ProgrammeForm, path: Path, roles: list[str]) -> None:
    for role in roles:
        if role not in form.uses:
            raise file.at((*path, "uses"), f"no figure plays the role '{role}' in uses{closest(role, form.uses)}")


def check_yielding(files: Mapping[str, StrictYaml], programmes: Mapping[str, Programme]) -> None:
    """Check that programmes that do not go together can be compared, and that who goes first yields to nobody.

    Args:
        files: The file of each programme.
        programmes: All programmes, by name.

    Raises:
        ConfigurationError: They cannot, or it does.
    """
    for name, programme in programmes.items():
        for number, exclusion in enumerate(programme.charter.exclusions):
            if not exclusion.programme:
                continue
            other, path = programmes[exclusion.programme], ("exclusions", number)
            if not (programme.names_person and other.names_person and programme.period == other.period):
                wanted = "both name a person and have periods of one length"
                raise files[name].at(path, f"'{name}' cannot yield to '{other.name}' unless {wanted}")
            if other.yields_to:
                raise files[name].at(path, f"'{name}' cannot yield to '{other.name}', which itself yields to another")
