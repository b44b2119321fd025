"""The four services; they talk through events only."""
