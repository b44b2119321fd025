"""Whom an alert can be given to."""

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Principal, Role
from services.notify.adapters.web.inbox_queries import office
from shared.store import Row

_TOWNSHIP, _COUNTY = 9, 6
_MOST = 200


async def choices(desk: Desk, principal: Principal) -> list[dict[str, str]]:
    """Return whom somebody can give an alert to: coordinators of the same places, and the offices around them."""
    areas = principal.scope.areas
    around = tuple(area[:_TOWNSHIP] if principal.role is Role.COORDINATOR else area for area in areas)
    users = desk.db["desk_users"]
    query: Row = {
        "role": str(Role.COORDINATOR),
        "areas": {"$regex": f"^(?:{'|'.join(around)})"},
        "locked": {"$ne": True},
    }
    found = [
        {"address": f"to:{row['coordinator_id']}", "name": row["name"]}
        async for row in users.find(query, {"name": 1, "coordinator_id": 1}).sort("name", 1).limit(_MOST)
        if row.get("coordinator_id") not in (None, principal.scope.coordinator_id)
    ]
    offices = {area[:digits] for area in areas for digits in (_TOWNSHIP, _COUNTY) if len(area) >= digits}
    named = [{"address": f"office:{code}", "name": code} for code in sorted(offices)]
    return [*found, *named, {"address": office(""), "name": "city"}] if around else []
