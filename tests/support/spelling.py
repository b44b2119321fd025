"""What tests of identity numbers, codes and phones share."""

import traceback
from collections.abc import Callable

import pytest

from shared.identity import IdentityError

FULL_WIDTH = str.maketrans("0123456789Xx+", "".join(chr(ord(sign) + 0xFEE0) for sign in "0123456789Xx+"))


def refusal(act: Callable[[str], object], text: str) -> str:
    """Return the code of a refusal, after seeing that nothing of it shows the value."""
    with pytest.raises(IdentityError) as refused:
        act(text)
    shown = "".join(traceback.format_exception_only(refused.value)) + repr(refused.value)
    assert not text.strip() or text not in shown
    return refused.value.code
