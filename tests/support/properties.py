"""How properties are tried: the same examples every time, and as long as it takes."""

from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

steady = settings(deadline=None, derandomize=True)
days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
