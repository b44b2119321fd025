"""Gates of a placement or an application: pure questions to what registry knows on the day that counts.

`unknown` is an answer: then it says which evidence is missing, and nothing is guessed. Ages are completed years on the
day; 以上 and 以下 include the figure (Civil Code, article 1259). Education is the code of GB/T 4658-2006.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from services.registry.domain.placements_people import Candidate
from shared.calendar import age_on, term_complete_on
from shared.events.contract import Model
from shared.events.placements import Answer, SenderKind, TitleLevel
from shared.events.types import Education, Status

_LEVELS: Final[tuple[TitleLevel, ...]] = ("none", "junior", "middle", "senior")
Found = tuple[Answer, str | None]
PASSED: Final[Found] = ("passed", None)
FAILED: Final[Found] = ("failed", None)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the gates may look at.

    Args:
        day: The first day of the placement, or the day of the application.
        until: The last day of the term; None: nobody said.
        local_only: The vacancy is for people of the county only.
    """

    person: Candidate
    day: date
    until: date | None = None
    county: str = ""
    sender_kind: SenderKind | None = None
    title_level: TitleLevel | None = None
    grassroots_months: int | None = None
    local_only: bool = False


class Age(Model):
    """Completed years, both bounds included."""

    name: Literal["age"]
    at_least: int | None = None
    at_most: int | None = None

    def answer(self, scene: Scene) -> Found:
        """Return whether the age lies between the bounds."""
        if scene.person.born_on is None:
            return "unknown", "出生日期（登记的身份证件）"
        age = age_on(scene.person.born_on, scene.day)
        return _said((self.at_least or 0) <= age <= (self.at_most or age))


class Schooling(Model):
    """Education: codes or first digits that pass, and codes that leave it open whether a diploma was earned."""

    name: Literal["education"]
    passes: list[str]
    unclear: list[Education] = Field(default_factory=list)

    def answer(self, scene: Scene) -> Found:
        """Return whether the education registered is one of those that pass."""
        code = scene.person.education
        if not code or code in self.unclear:
            return "unknown", "毕业证书（学历代码）"
        return _said(any(code.startswith(passing) for passing in self.passes))


class Skill(Model):
    """A speciality, told by words in the skills registered; that none is registered proves nothing."""

    name: Literal["speciality"]
    words: list[str]

    def answer(self, scene: Scene) -> Found:
        """Return whether a skill registered names one of the words."""
        if any(word in skill for skill in scene.person.skills for word in self.words):
            return PASSED
        return "unknown", "专长证明（登记的技能）"


class Title(Model):
    """The professional title; `below`: what follows for who has less, where the text leaves a way open."""

    name: Literal["title"]
    at_least: TitleLevel
    below: Literal["failed", "unknown"] = "failed"
    evidence: str | None = None

    def answer(self, scene: Scene) -> Found:
        """Return whether the title stated for the placement is high enough."""
        if not scene.title_level:
            return "unknown", "职称证书（title_level）"
        if _LEVELS.index(scene.title_level) >= _LEVELS.index(self.at_least):
            return PASSED
        return FAILED if self.below == "failed" else ("unknown", self.evidence)


class Sender(Model):
    """What the sending unit may or may not be."""

    name: Literal["sender"]
    only: list[SenderKind] | None = None
    never: list[SenderKind] = Field(default_factory=list)

    def answer(self, scene: Scene) -> Found:
        """Return whether the sending unit is of a kind that may send."""
        if not scene.sender_kind:
            return "unknown", "派出单位性质（sender_kind）"
        return _said(scene.sender_kind not in self.never and (self.only is None or scene.sender_kind in self.only))


class Experience(Model):
    """Less earlier service at the grass roots than so many months; `otherwise`: the evidence of the other way in."""

    name: Literal["grassroots"]
    less_than_months: int
    otherwise: str

    def answer(self, scene: Scene) -> Found:
        """Return whether the service stated is shorter."""
        if scene.grassroots_months is None:
            return "unknown", "基层工作年限（grassroots_months）"
        return PASSED if scene.grassroots_months < self.less_than_months else ("unknown", self.otherwise)


class Standing(Model):
    """A roster status on the day; who is on no roster has the status `none`."""

    name: Literal["status"]
    statuses: list[Status]

    def answer(self, scene: Scene) -> Found:
        """Return whether the status in force on the day is one of them."""
        return _said(scene.person.status_on(scene.day) in self.statuses)


class Able(Model):
    """The survey found the person able to work."""

    name: Literal["labour_ability"]

    def answer(self, scene: Scene) -> Found:
        """Return what the roster says."""
        if scene.person.able is None:
            return "unknown", "劳动能力认定（roster.entry）"
        return _said(scene.person.able)


class Graduate(Model):
    """A graduation recorded up to the day."""

    name: Literal["graduation"]

    def answer(self, scene: Scene) -> Found:
        """Return whether one is recorded; that none is proves nothing."""
        graduated = scene.person.graduated_on
        return PASSED if graduated and graduated <= scene.day else ("unknown", "毕业登记（graduation.recorded）")


class Term(Model):
    """How long the term may or must be, in months."""

    name: Literal["term"]
    at_least: int | None = None
    at_most: int | None = None

    def answer(self, scene: Scene) -> Found:
        """Return whether the term lies between the bounds."""
        if scene.until is None:
            return "unknown", "期限（contract_until）"
        too_short = self.at_least and scene.until < term_complete_on(scene.day, self.at_least)
        too_long = self.at_most and scene.until > term_complete_on(scene.day, self.at_most)
        return _said(not too_short and not too_long)


class Local(Model):
    """A post that is only for people of the county."""

    name: Literal["local"]

    def answer(self, scene: Scene) -> Found:
        """Return whether the person is of the post's county, where the post asks it."""
        if not scene.local_only:
            return PASSED
        if not scene.person.county or not scene.county:
            return "unknown", "本县身份（登记的县区）"
        return _said(scene.person.county == scene.county)


Gate = Annotated[
    Age | Schooling | Skill | Title | Sender | Experience | Standing | Able | Graduate | Term | Local,
    Field(discriminator="name"),
]
OF_THE_POST: Final = frozenset({"title", "sender", "grassroots", "term", "local"})
"""What only the fact of the placement says: an application is not asked it."""


def _said(is_passed: object) -> Found:
    return PASSED if is_passed else FAILED
