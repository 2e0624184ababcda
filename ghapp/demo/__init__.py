"""An emulated GitHub to try the app on, behind a proxy that records and injects faults."""
