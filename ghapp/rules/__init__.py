"""One file per check of a pull request or of the backlog; `ghapp.plugins` finds them."""
