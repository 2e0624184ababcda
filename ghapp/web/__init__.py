"""The aiohttp application: doors for senders, health, metrics and pages."""
