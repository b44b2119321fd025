"""One class a fact: the class is the form that is recorded, `offered_form` the form that upstream publishes.

A recorded fact names a person by `person_id` only. Its offered form differs in three ways, all read off the class:
a field marked `Pseudonym` is sent under its personal name, a field marked `Derived` is not sent at all, and what the
nested class `Personal` lists is sent but kept in registry's vault. Our own desk, which knows people by their pseudonyms
only, sends the pseudonym itself.
"""

from functools import cache
from typing import Annotated, Any, ClassVar, Final, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from shared.events.types import Derived, Pseudonym

TYPE_PREFIX = "cn.bangfu."
DESK: Final = "desk"
"""The source whose facts are what officers do at our own desk."""
OPERATIONS: Final = "bangfu-ops"
"""The source whose facts are what operators ask and tell by command."""
CLOCK: Final = "bangfu-clock"
"""The source under which registry closes a day."""


class Model(BaseModel):
    """Immutable, strict, closed: an unknown field is an error, nothing is coerced."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", ser_json_inf_nan="strings")


class Event(Model):
    """Something that happened, as it stands on the `EVENTS` stream.

    Class keywords:
        topic: `<entity>.<past_participle>`, the middle of the subject and of the CloudEvents type.
        entity: Field whose value ends the subject; `a|b` takes the first that is set.
        partition: Field whose value picks the partition; events of one value keep their order.
            Default: the entity. `*`: one copy goes to every partition. `#<field>`: the field holds the partition.
        version: Number at the end of the CloudEvents type; a breaking change is a new version.
    """

    topic: ClassVar[str]
    entity: ClassVar[str]
    partition: ClassVar[str]
    schema_version: ClassVar[int]

    def __init_subclass__(cls, *, topic: str = "", entity: str = "", partition: str = "", version: int = 1) -> None:
        """Note what the catalogue needs to know of the event."""
        super().__init_subclass__()
        cls.topic, cls.entity, cls.partition, cls.schema_version = topic, entity, partition or entity, version

    @classmethod
    def event_type(cls) -> str:
        """Return the CloudEvents type, for example `cn.bangfu.employment.confirmed.v1`."""
        return f"{TYPE_PREFIX}{cls.topic}.v{cls.schema_version}"

    @classmethod
    def first_type(cls) -> str:
        """Return the type of its first version: ids derive from it, so a new version changes no id."""
        return f"{TYPE_PREFIX}{cls.topic}.v1"

    def payload(self) -> dict[str, Any]:
        """Return the JSON form; optional fields that say nothing are left out."""
        told = self.model_dump(mode="json", exclude_none=True, by_alias=True)
        silent = _required(type(self)) - told.keys()
        return dict.fromkeys(silent) | told if silent else told

    @property
    def entity_id(self) -> str:
        """Return the id that ends the subject."""
        return self._first(self.entity)

    @property
    def partition_key(self) -> str:
        """Return what picks the partition; `*` stands for all, `#<k>` is the k-th itself."""
        if self.partition.startswith("#"):
            return f"#{self._first(self.partition[1:])}"
        return "*" if self.partition == "*" else self._first(self.partition)

    def _first(self, fields: str) -> str:
        for field in fields.split("|") if "|" in fields else (fields,):
            if (value := getattr(self, field)) not in (None, ""):
                return str(value)
        raise ValueError(f"{self.topic}: one of {fields} must be set")


class Fact(Event):
    """An event that upstream states and registry passes on.

    Args:
        only_from: The sources that may state it; none: any. registry refuses it to others, and no key of a source
            publishes it.
        ours: The source of our own whose it is, unless it is given to another one by name: a source publishes it
            where its key lists it, and not otherwise. Empty: any upstream's.
    """

    only_from: ClassVar[tuple[str, ...]] = ()
    ours: ClassVar[str] = ""

    class Personal(Model):
        """What upstream sends of a person and registry keeps in the vault."""


@cache
def _required(event: type[Event]) -> frozenset[str]:
    """Return the fields that must be there even where they are null (an abolished parameter's value)."""
    return frozenset(info.alias or name for name, info in event.model_fields.items() if info.is_required())


def offered_form(fact: type[Model], *, by_id: bool = False) -> type[Model]:
    """Return the model of what upstream publishes for `fact`; fields of nested models are turned likewise.

    Args:
        fact: The recorded form.
        by_id: People are named by their pseudonyms instead, as our own desk names them; not in nested models.
    """
    fields: dict[str, Any] = {}
    personal: type[Model] | None = getattr(fact, "Personal", None)
    for name, info in (personal.model_fields if personal else {}).items():
        fields[name] = (_annotation(info), info)
    for name, info in fact.model_fields.items():
        markers = list(_markers(_annotation(info)))
        if any(isinstance(marker, Derived) for marker in markers):
            continue
        pseudonym = next((marker for marker in markers if isinstance(marker, Pseudonym)), None)
        if pseudonym is None or (by_id and pseudonym.kind == "person"):
            fields[name] = (_offered_annotation(_annotation(info)), info)
        else:
            fields.setdefault(pseudonym.of, _personal_field(info))
    module, title = fact.__module__, f"{fact.__name__}Offered"
    return create_model(title, __base__=Model, __module__=module, __doc__=fact.__doc__, **fields)


def named_by_id(fact: type[Fact]) -> frozenset[str]:
    """Return the fields in which our own desk may name people; none where their birth follows from the number."""
    if "born_on" in fact.model_fields:
        return frozenset()
    return frozenset(name for name, pseudonym in pseudonyms(fact).items() if pseudonym.kind == "person")


@cache
def pseudonyms(fact: type[Model]) -> dict[str, Pseudonym]:
    """Return which fields of the recorded form are pseudonyms, and of what; not to be changed."""
    found = {}
    for name, info in fact.model_fields.items():
        for marker in _markers(_annotation(info)):
            if isinstance(marker, Pseudonym):
                found[name] = marker
    return found


@cache
def nested(fact: type[Model]) -> dict[str, type[Model]]:
    """Return the fields that hold lists of models with pseudonyms of their own (the entries of a snapshot)."""
    found = {}
    for name, info in fact.model_fields.items():
        inner = _list_of_models(info.annotation)
        if inner is not None and pseudonyms(inner):
            found[name] = inner
    return found


def _annotation(info: FieldInfo) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _markers(annotation: Any) -> list[Any]:
    """Return every marker in an annotation, also inside `X | None` and `list[X]`."""
    if isinstance(annotation, Derived | Pseudonym):
        return [annotation]
    return [marker for argument in get_args(annotation) for marker in _markers(argument)]


def _personal_field(info: FieldInfo) -> tuple[Any, Any]:
    """Personal values are text; whether they are well formed is judged when the pseudonym is made."""
    text = Annotated[str, Field(min_length=1, max_length=60)]
    listed = get_origin(info.annotation) is list or any(get_origin(a) is list for a in get_args(info.annotation))
    form: Any = list[text] if listed else text
    return (form, ...) if info.is_required() else (Union[form, None], None)  # noqa: UP007 - form is a value


def _offered_annotation(annotation: Any) -> Any:
    inner = _list_of_models(annotation)
    return list[offered_form(inner)] if inner is not None else annotation  # type: ignore[misc]


def _list_of_models(annotation: Any) -> type[Model] | None:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is list:
        (inner,) = get_args(annotation)
        if isinstance(inner, type) and issubclass(inner, Model):
            return inner
    return None
