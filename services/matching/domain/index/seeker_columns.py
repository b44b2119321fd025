"""Which column of a shelf of people says what."""

from typing import Final


class At:
    """Columns; days of birth and of the first public-welfare post as yyyymmdd, other days as ordinals.

    The first ones are those that a vacancy asks the least of; what it asks the most of stands there negated.
    `SINCE` is without a limit where nothing is known; the four of offers and of jobs are nought where there are none.
    `MARKS` has a bit for each skill, which it may share with others.
    """

    BORN, BORN_NEGATED, EDUCATION, WAGE_NEGATED = range(4)
    ASKED: Final = 4
    FEMALE, STATUS, COUNTY, NORTH, EAST, REACH = range(4, 10)
    TOWNSHIP, KNOWN, SINCE, HOUSEHOLD = range(10, 14)
    OFFER_LAST, OFFERS_ON_LAST, OFFER_FIRST, OFFERS = range(14, 18)
    PUBLIC_DAYS, PUBLIC_FIRST, PUBLIC_LAST, CALL_LAST = range(18, 22)
    OCCUPATIONS: Final = range(22, 26)
    SKILLS: Final = range(26, 34)
    MARKS: Final = 34
    WIDTH: Final = 35
