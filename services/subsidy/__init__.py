"""Subsidy: what is due under each programme, and the ledger of it."""
