"""Which column of a shelf of people says what."""

from typing import Final


class At:
    """Columns; days of birth and of the first public-welfare post as yyyymmdd, other days as ordinals.

    The first ones are those that a vacancy asks the least of; what it asks the most of stands there negated.
    `SINCE` is without a limit where nothing is known; the four of offers and of jobs are nought where there are none.
    `MARKS` has a bit for each skill, which it may share with others.
    """

    BORN, BORN_NEGATED, EDUCATION, WAGE_NEGATED, OPEN_NEGATED = range(5)
    ASKED: Final = 5
    FEMALE, STATUS, COUNTY, NORTH, EAST, REACH = range(5, 11)
    TOWNSHIP, KNOWN, SINCE, HOUSEHOLD = range(11, 15)
    OFFER_LAST, OFFERS_ON_LAST, OFFER_FIRST, OFFERS = range(15, 19)
    PUBLIC_DAYS, PUBLIC_FIRST, PUBLIC_LAST, CALL_LAST = range(19, 23)
    OCCUPATIONS: Final = range(23, 27)
    SKILLS: Final = range(27, 35)
    MARKS: Final = 35
    WIDTH: Final = 36
