"""One file per slash command; `ghapp.plugins` finds them."""
