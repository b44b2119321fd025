"""Matching: who is offered which vacancy, and what came of it."""
