"""The `bangfu` command line."""
