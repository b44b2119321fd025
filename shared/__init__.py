"""The published language and the plumbing; no business rule."""
