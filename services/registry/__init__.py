"""Registry: who, where, entitled since when, working where."""
