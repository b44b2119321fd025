"""A year of the sample county: two thousand people from November 2020 to October 2021."""
