"""Screenshots of the console against those that were looked at: `tests/web/screens/<name>.png`.

Fonts and their rendering differ a little between machines, so pages are compared as somebody across the room would see
them: shrunk, grey, and with a share of places that may differ. `BANGFU_SCREENS=new` keeps what is seen now.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

KEPT: Final = Path(__file__).parent / "screens"
_SHRUNK: Final = 4  # pixels of the page that become one
_SEEN: Final = 48  # of 255: a difference that an eye notices
_SHARE_MAX: Final = 0.03


def assert_looks_as_kept(name: str, png: bytes, seen_in: Path) -> None:
    """Compare a screenshot with the kept one; what was seen is left in a folder to be looked at.

    Raises:
        AssertionError: It looks different, or there is none to compare with.
    """
    (seen_in / f"{name}.png").write_bytes(png)
    kept = KEPT / f"{name}.png"
    if os.environ.get("BANGFU_SCREENS") == "new":
        KEPT.mkdir(exist_ok=True)
        kept.write_bytes(png)
    assert kept.exists(), f"{kept} is missing: look at {seen_in / name}.png, then BANGFU_SCREENS=new make test-web"
    share = differing(Image.open(kept), Image.open(BytesIO(png)))
    assert share <= _SHARE_MAX, f"{name}: {share:.1%} of the page looks different; seen: {seen_in / name}.png"


def differing(kept: Image.Image, seen: Image.Image) -> float:
    """Return the share of places that differ visibly, 0 to 1; a page of another size differs where one has nothing."""
    width, height = max(kept.width, seen.width), max(kept.height, seen.height)
    difference = ImageChops.difference(_far(kept, width, height), _far(seen, width, height))
    visible = difference.point(lambda value: 255 if value > _SEEN else 0)
    return visible.histogram()[255] / (visible.width * visible.height)


def _far(image: Image.Image, width: int, height: int) -> Image.Image:
    page = Image.new("L", (width, height), 128)
    page.paste(image.convert("L"), (0, 0))
    return page.resize((max(1, width // _SHRUNK), max(1, height // _SHRUNK)), Image.Resampling.BOX)
