"""One file per alert sender; `ghapp.plugins` finds them."""
