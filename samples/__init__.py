"""A made-up sample county on real townships: seeded, so that every run writes the same files."""
