"""`python -m ghapp.cli`."""

from ghapp.cli import main

main()
