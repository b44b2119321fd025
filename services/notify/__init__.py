"""Notify: what needs a person, and whose it is."""
