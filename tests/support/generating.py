"""Hypothesis strategies read off the contracts: any fact that upstream may send, with people that exist nowhere."""

from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shared.events.contract import Fact, offered_form
from shared.identity import make_id_number, make_uscc

DAYS = st.dates(date(2014, 1, 1), date(2020, 12, 31))
ID_NUMBERS = st.builds(
    make_id_number,
    st.sampled_from(["350622", "350624", "350628"]),
    st.dates(date(1940, 1, 1), date(2000, 12, 31)),
    st.integers(0, 999),
)
PHONES = st.from_regex(r"13[0-9]{9}", fullmatch=True).filter(lambda text: not text.startswith("1349"))
NAMES = st.sampled_from(["林秀英", "陈志明", "欧阳小梅", "ZhangSan Feng"])
WORDS = st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=12)
USCCS = st.from_regex(r"35062[248][0-9A-H]{9}", fullmatch=True).map(lambda tail: make_uscc("91" + tail))
_BY_NAME = {
    "id_number": ID_NUMBERS,
    "into_id_number": ID_NUMBERS,
    "from_id_number": ID_NUMBERS,
    "participants": st.lists(ID_NUMBERS, max_size=3),
    "phone": PHONES,
    "from": PHONES,
    "contact_phone": PHONES,
    "name": NAMES,
    "parties": st.lists(NAMES, max_size=3),
    "uscc": USCCS,
    "sender_uscc": USCCS,
    "account_no": st.from_regex(r"6217[0-9]{15}", fullmatch=True),
}
_PATTERNED = {
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": st.sampled_from(["2013-01", "2018-03", "2020-12"]),
    r"^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$": st.sampled_from(["2018", "2018-03", "2018-Q4"]),
    r"^[^$.\x00]+$": WORDS,
}


def facts(fact: type[Fact]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of the data that upstream may send for a fact; each named person or employer is there."""
    alternatives = [name for name in fact.entity.split("|") if "|" in fact.entity]
    needed = {"id_number" if name == "person_id" else name for name in alternatives[:1]}
    return _model(offered_form(fact), needed)


def _model(model: type[BaseModel], needed: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    required: dict[Any, Any] = {}
    optional: dict[Any, Any] = {}
    for name, info in model.model_fields.items():
        values = _BY_NAME[name] if name in _BY_NAME else _of(_annotated(info))
        key = info.alias or name
        (required if info.is_required() or name in needed else optional)[key] = values
    return st.fixed_dictionaries(required, optional=optional)


def _annotated(info: FieldInfo) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _of(annotation: Any) -> st.SearchStrategy[Any]:
    """Return values of an annotation as JSON carries them."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return _limited(inner, _limits(metadata))
    return _limited(annotation, {})


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        nested = _limits(item.metadata) if isinstance(item, FieldInfo) else {}
        for name in ("ge", "le", "max_length", "pattern"):
            value = getattr(item, name, None)
            if value is not None and value is not PydanticUndefined:
                found[name] = value
        found |= nested
    return found


def _limited(kind: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is list:
        return st.lists(_of(get_args(kind)[0]), max_size=3)
    if get_origin(kind) is dict:
        return st.dictionaries(_of(get_args(kind)[0]), _of(get_args(kind)[1]), max_size=3)
    if get_args(kind):
        return st.one_of([_of(branch) for branch in get_args(kind) if branch is not type(None)])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _model(kind, set())
    return _plain(kind, limits)


def _plain(kind: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    pattern = limits.get("pattern")
    if pattern in _PATTERNED:
        return _PATTERNED[pattern]
    if pattern is not None:
        return st.from_regex(pattern, fullmatch=True, alphabet=st.characters(max_codepoint=126))
    plain: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(limits.get("ge", 0), limits.get("le", 10**6)),
        float: st.floats(limits.get("ge"), limits.get("le")),
        str: WORDS,
        date: DAYS.map(str),
    }
    return plain.get(kind, st.just("2018-03-02T08:10:00+08:00"))
