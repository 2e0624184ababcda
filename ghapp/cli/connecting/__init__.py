"""One file per sender that `ghapp connect` can set up; each registers its own command."""
