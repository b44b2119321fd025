"""Contracts: one file an entity."""
