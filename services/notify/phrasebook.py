"""Reads timeline.yaml; what is wrong in it is one error that names file and line."""

from functools import cache
from importlib.resources import files
from typing import Final

from services.notify.domain.timeline import Phrasebook
from shared.strict_yaml import StrictYaml

_NAME: Final = "timeline.yaml"


@cache
def load_phrasebook() -> Phrasebook:
    """Return the phrases that this service is shipped with.

    Raises:
        ConfigurationError: `<file>, line <line>: ` and what would be right.
    """
    text = files("services.notify").joinpath(_NAME).read_text("utf-8")
    return StrictYaml(f"services/notify/{_NAME}", text, typed=False).filled(Phrasebook)
