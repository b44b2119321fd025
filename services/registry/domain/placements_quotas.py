"""Quotas: which group a placement or a vacancy counts in, and what a group exceeds. Pure; whole numbers only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.registry.domain.placements import Placement
from services.registry.domain.placements_posts import Group, Post
from services.registry.domain.placements_rules import Book, HeadQuota, ShareQuota
from shared.events.placements import QuotaCounted

_WHOLE: Final = 100
_LOCAL, _OPEN = "local", "open"


@dataclass(frozen=True, slots=True)
class Excess:
    """A quota that is exceeded: what of it, what is allowed and what is reached, as people read it."""

    quota: str
    what: str
    allowed: str
    reached: str
    clause: str
    county: str | None


def of_placement(id_: str, placement: Placement, book: Book) -> list[QuotaCounted]:
    """Return where a placement counts."""
    heads = [_head(id_, placement, quota) for quota in book.rules.head_quotas]
    titles = [_title(id_, placement, quota) for quota in book.rules.share_quotas if quota.of == "titles"]
    return [said for said in (*heads, *titles) if said is not None]


def of_post(id_: str, post: Post, book: Book) -> list[QuotaCounted]:
    """Return where the openings of a vacancy count."""
    if not post.year or not post.programme:
        return []
    part = _LOCAL if post.local_only else _OPEN
    group = f"{post.programme}-{post.county}-{post.year}"
    return [
        QuotaCounted(
            subject_id=id_, of="vacancy", quota=quota.quota, group=group, county=post.county, counts=True,
            heads=post.openings, part=part,
        )
        for quota in book.rules.share_quotas
        if quota.of == "vacancies" and quota.quota == post.programme
    ]  # fmt: skip


def changes(before: Iterable[QuotaCounted], now: Iterable[QuotaCounted]) -> list[QuotaCounted]:
    """Return what has to be said so that exactly what counts now counts."""
    wanted = {said.group: said for said in now}
    known = {said.group: said for said in before}
    gone = [said.model_copy(update={"counts": False}) for group, said in known.items() if group not in wanted]
    return gone + [said for group, said in wanted.items() if known.get(group) != said]


def excesses(group: Group, book: Book) -> list[Excess]:
    """Return what a group exceeds."""
    if not group.counted:
        return []
    said = next(iter(group.counted.values()))
    found: list[Excess] = []
    for quota in book.rules.head_quotas:
        if group_of(quota) == said.group:
            found += _heads_exceeded(group, quota, book)
    for share in book.rules.share_quotas:
        if share.quota == said.quota:
            found += _shares_exceeded(group, share, book, said.county)
    return found


def group_of(quota: HeadQuota) -> str:
    """Return the group that a quota of heads bounds."""
    return f"{quota.quota}-{quota.county}-{quota.since}"


def heads(group: Group) -> int:
    """Return how many were in post at the same time at most."""
    spans = [(each.first_day or date.min, each.last_day or date.max) for each in group.counted.values()]
    return max((sum(first <= day <= last for first, last in spans) for day, _ in spans), default=0)


def places(group: Group) -> int:
    """Return in how many townships they serve; who is in none that is known counts in none."""
    return len({each.part for each in group.counted.values()} - {None})


def whole(group: Group) -> int:
    """Return how many the shares are shares of."""
    return sum(each.heads for each in group.counted.values())


def part(group: Group, name: str) -> int:
    """Return how many are of one part."""
    return sum(each.heads for each in group.counted.values() if each.part == name)


def _head(id_: str, placement: Placement, quota: HeadQuota) -> QuotaCounted | None:
    programme = placement.check.programme if placement.check else None
    if programme != quota.quota or placement.county != quota.county or placement.span is None:
        return None
    first, last = max(placement.span[0], quota.since), min(placement.span[1], quota.until)
    if first > last:
        return None
    return QuotaCounted(
        subject_id=id_, of="placement", quota=quota.quota, group=group_of(quota), county=quota.county, counts=True,
        first_day=first, last_day=last, part=placement.township,
    )  # fmt: skip


def _title(id_: str, placement: Placement, quota: ShareQuota) -> QuotaCounted | None:
    level, county = placement.title_level, placement.county
    is_counted = placement.goes_on and level not in (None, "none") and (placement.starts_on or date.min) >= quota.since
    if not is_counted or not county or (quota.counties and county not in quota.counties):
        return None
    if quota.employer_kinds and placement.employer_kind not in quota.employer_kinds:
        return None
    return QuotaCounted(
        subject_id=id_, of="placement", quota=quota.quota, group=f"{quota.quota}-{county}", county=county, counts=True,
        part=level,
    )  # fmt: skip


def _heads_exceeded(group: Group, quota: HeadQuota, book: Book) -> list[Excess]:
    reached = {"heads": (heads(group), quota.heads), "places": (places(group), quota.places)}
    return [
        Excess(quota.quota, what, str(allowed), str(count), book.said(quota), quota.county)
        for what, (count, allowed) in reached.items()
        if count > allowed
    ]


def _shares_exceeded(group: Group, quota: ShareQuota, book: Book, county: str | None) -> list[Excess]:
    total = whole(group)
    if total < quota.from_heads:
        return []
    return [
        Excess(quota.quota, name, f"{most}%", f"{part(group, name)}of{total}", book.said(quota), county)
        for name, most in quota.most.items()
        if part(group, name) * _WHOLE > most * total
    ]
