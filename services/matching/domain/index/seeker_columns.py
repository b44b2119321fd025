"""Which column of a shelf of people says what."""

from typing import Final


class At:
    """Columns; days of birth and of the first public-welfare post as yyyymmdd, other days as ordinals.

    `SINCE` is without a limit where nothing is known; the four of offers and of jobs are nought where there are none.
    """

    BORN, FEMALE, EDUCATION, STATUS, STATUS_BIT, WAGE, HAS_SPOT, NORTH, EAST, REACH = range(10)
    TOWNSHIP, KNOWN, SINCE, HOUSEHOLD = range(10, 14)
    OFFER_LAST, OFFERS_ON_LAST, OFFER_FIRST, OFFERS = range(14, 18)
    PUBLIC_DAYS, PUBLIC_FIRST, PUBLIC_LAST, CALL_LAST = range(18, 22)
    OPEN = 22
    OCCUPATIONS: Final = range(23, 27)
    SKILLS: Final = range(27, 35)
    WIDTH: Final = 35
