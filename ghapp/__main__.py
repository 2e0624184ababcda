"""`python -m ghapp`."""

from ghapp.cli import main

if __name__ == "__main__":
    main()
