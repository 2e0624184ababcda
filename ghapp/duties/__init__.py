"""The shell of each duty: gather facts, let the core decide, apply the effects."""
