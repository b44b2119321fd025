"""Chinese first, English by `BANGFU_LANG=en`."""

import os


def say(zh: str, en: str) -> str:
    """Return the wording in the user's language."""
    return en if os.environ.get("BANGFU_LANG", "zh").lower().startswith("en") else zh


COUNTIES = {
    "350622": ("云霄县", "Yunxiao"),
    "350624": ("诏安县", "Zhao'an"),
    "350628": ("平和县", "Pinghe"),
    "city": ("市局", "city"),
}


def county(code: str | None) -> str:
    """Return a county's name, its code where the name is not known here."""
    zh, en = COUNTIES.get(code or "city", (code or "", code or ""))
    return say(zh, en)
