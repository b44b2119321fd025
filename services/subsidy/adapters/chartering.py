"""What a programme file says beside the arithmetic: facts, programmes, parameters and clauses that it names exist."""

from collections.abc import Collection, Iterator

from services.subsidy.adapters.claiming import check_claims
from services.subsidy.adapters.programme_form import ProgrammeForm
from services.subsidy.domain.charter import Cap, Change, Charter, Conflict, Duty, Evidence, Exclusion, Procedure, Target
from services.subsidy.domain.kinds import PRORATION
from services.subsidy.domain.rules import NOTICE
from shared.catalog import FACTS
from shared.documents import Register
from shared.strict_yaml import Path, StrictYaml, closest

_TOPICS = frozenset(fact.topic for fact in FACTS)


def charter_of(
    file: StrictYaml,
    form: ProgrammeForm,
    register: Register,
    parameters: Collection[str],
    programmes: Collection[str],
) -> Charter:
    """Return the charter of a programme.

    Raises:
        ConfigurationError: It names a fact, programme, parameter, clause or reading that does not exist.
    """
    for path, topic in _facts(form):
        _check(file, path, topic, _TOPICS, "no fact of the intake contract is called")
    for number, exclusion in enumerate(form.exclusions):
        if exclusion.programme:
            _check(file, ("exclusions", number), exclusion.programme, programmes, "no file is about the programme")
    if form.procedure.notice_days:
        path = ("procedure", "notice_days")
        _check(file, path, form.procedure.notice_days, parameters, "no file declares the parameter")
        _check(file, path, form.procedure.notice_days, (NOTICE,), "runs of payments wait by no parameter")
    _check_clauses(file, form, register)
    check_claims(file, form)
    return Charter(
        driven_by=tuple(form.driven_by),
        proration=PRORATION.get(form.kind, "none"),
        evidence=tuple(Evidence(e.item, e.says, e.fact or "", e.stated) for e in form.evidence),
        exclusions=tuple(
            Exclusion(e.says, e.programme or "", e.reason or "", tuple(e.uses), e.by_kind) for e in form.exclusions
        ),
        caps=tuple(Cap(cap.says, tuple(cap.uses)) for cap in form.caps),
        procedure=Procedure(**form.procedure.model_dump()),
        obligations=tuple(Duty(**d.model_dump() | {"fact": d.fact or ""}) for d in form.obligations),
        targets=tuple(
            Target(**t.model_dump() | {"fact": t.fact or "", "counted": t.counted or ""}) for t in form.targets
        ),
        conflicts=tuple(Conflict(**c.model_dump()) for c in form.conflicts),
        changes=tuple(
            Change(c.from_, c.says, c.text, c.difference, tuple(c.decided_by), c.decided_on, c.record)
            for c in form.changes
        ),
    )


def _facts(form: ProgrammeForm) -> Iterator[tuple[Path, str]]:
    for number, topic in enumerate(form.driven_by):
        yield ("driven_by", number), topic
    for part in ("evidence", "obligations", "targets"):
        for number, entry in enumerate(getattr(form, part)):
            if entry.fact:
                yield (part, number, "fact"), entry.fact


def _check_clauses(file: StrictYaml, form: ProgrammeForm, register: Register) -> None:
    document = register.documents[form.source.document]
    for part in ("obligations", "targets", "conflicts"):
        for number, entry in enumerate(getattr(form, part)):
            register.clause(file, (part, number, "clause"), document, entry.clause)
    for number, conflict in enumerate(form.conflicts):
        path: Path = ("conflicts", number, "in_force")
        _check(file, path, conflict.in_force, conflict.readings, "there is no reading called")


def _check(file: StrictYaml, path: Path, name: str, known: Collection[str], what: str) -> None:
    if name not in known:
        raise file.at(path, f"{what} '{name}'{closest(name, known)}")
