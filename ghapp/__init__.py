"""A GitHub App that runs an engineering team's operating model from one file, OWNERS.yaml."""

from importlib.metadata import version

__version__ = version("ghapp")
