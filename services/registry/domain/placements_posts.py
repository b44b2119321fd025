"""Aggregates "vacant_post" and "quota_group": openings and who was hired on them; what counts against a quota."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.registry.domain.placements_open import opened
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.placements import QuotaCounted
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Post:
    """A vacancy as placements see it.

    Args:
        year: Of the open day on which it was opened; 0: nobody has heard of it.
        employments: Of the people hired on it. counted: What was said of it to each group of a quota.
        open: Marks of the tasks that stand open.
    """

    year: int = 0
    openings: int = 0
    county: str = ""
    programme: str | None = None
    local_only: bool = False
    employments: tuple[str, ...] = ()
    counted: tuple[QuotaCounted, ...] = ()
    open: tuple[str, ...] = ()


def _posts(message: Message) -> Iterable[str]:
    match message.event:
        case VacancyOpened(vacancy_id=id_) | VacancyChanged(vacancy_id=id_):
            return (id_,)
        case EmploymentConfirmed(vacancy_id=str(id_)):
            return (id_,)
        case QuotaCounted(of="vacancy", subject_id=id_):
            return (id_,)
        case (
            TaskOpened(kind="vacancy_overfilled", matter=matter) | TaskClosed(kind="vacancy_overfilled", matter=matter)
        ):
            return (matter.partition("/")[0],)
        case _:
            return ()


def _evolve_post(post: Post, message: Message) -> Post:
    match message.event:
        case VacancyOpened() as new:
            post = replace(_restated(post, new), year=message.known_on.year)
        case VacancyClosed():
            pass  # the places that were offered were offered
        case VacancyChanged() as new:
            post = _restated(post, new)
        case EmploymentConfirmed(employment_id=id_):
            post = replace(post, employments=(*post.employments, id_))
        case QuotaCounted() as said:
            others = tuple(each for each in post.counted if each.group != said.group)
            post = replace(post, counted=(*others, said) if said.counts else others)
        case TaskOpened() | TaskClosed() as task:
            post = replace(post, open=opened(post.open, task))
    return post


def _restated(post: Post, fact: VacancyOpened | VacancyChanged) -> Post:
    return replace(
        post,
        openings=fact.openings or post.openings,
        county=fact.county or post.county,
        programme=fact.programme or post.programme,
        local_only=post.local_only if fact.local_only is None else fact.local_only,
    )


POST = Aggregate("vacant_post", Post, lambda _: Post(), _evolve_post, _posts)


@dataclass(frozen=True, slots=True)
class Group:
    """What counts against a quota, by employment or vacancy."""

    counted: dict[str, QuotaCounted] = field(default_factory=dict)
    open: tuple[str, ...] = ()


def _groups(message: Message) -> Iterable[str]:
    match message.event:
        case QuotaCounted(group=group):
            return (group,)
        case TaskOpened(kind="quota_exceeded", matter=matter) | TaskClosed(kind="quota_exceeded", matter=matter):
            return (matter.partition("/")[0],)
        case _:
            return ()


def _evolve_group(group: Group, message: Message) -> Group:
    match message.event:
        case QuotaCounted(subject_id=id_) as said:
            others = {known: each for known, each in group.counted.items() if known != id_}
            return replace(group, counted=others | {id_: said} if said.counts else others)
        case TaskOpened() | TaskClosed() as task:
            return replace(group, open=opened(group.open, task))
        case _:
            return group


GROUP = Aggregate("quota_group", Group, lambda _: Group(), _evolve_group, _groups)
