from PIL import Image

from tests.web.screens import differing


def page(box: tuple[int, int, int, int] | None = None, height: int = 400) -> Image.Image:
    image = Image.new("RGB", (400, height), "white")
    if box:
        image.paste("black", box)
    return image


def test_the_same_page_differs_nowhere() -> None:
    assert differing(page((0, 0, 100, 100)), page((0, 0, 100, 100))) == 0


def test_a_block_that_is_gone_is_seen() -> None:
    assert differing(page((0, 0, 100, 400)), page()) > 0.2


def test_a_line_a_pixel_lower_is_no_difference() -> None:
    assert differing(page((0, 100, 400, 101)), page((0, 101, 400, 102))) == 0


def test_a_longer_page_differs() -> None:
    assert differing(page(), page(height=600)) > 0.3
