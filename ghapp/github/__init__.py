"""GitHub: authentication, limits, conditional reads, a typed gateway, and the one reconciler of effects."""
