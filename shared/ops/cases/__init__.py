"""Policy cases: YAML that a clerk can read, run through the pure core."""
