"""The officers' console: pages over notify's own projections; every action is a fact under the officer's name."""
