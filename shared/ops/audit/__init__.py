"""Seals and audit bundles: what an auditor takes away and checks without this system."""
