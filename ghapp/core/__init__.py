"""The thinking of the app: pure functions over frozen facts; no I/O, no clock, no randomness."""
