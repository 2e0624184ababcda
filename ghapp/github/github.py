"""All of GitHub that the duties use: every gateway in one."""

from typing import Protocol

from ghapp.github.gateway import Gateway
from ghapp.github.gateway_backlog import BacklogGateway
from ghapp.github.gateway_checks import CheckGateway
from ghapp.github.gateway_docs import DocsGateway
from ghapp.github.gateway_milestones import MilestoneGateway
from ghapp.github.gateway_pulls import PullGateway
from ghapp.github.gateway_releases import ReleaseGateway
from ghapp.github.rest import RestGateway
from ghapp.github.rest_backlog import RestBacklog
from ghapp.github.rest_checks import RestChecks
from ghapp.github.rest_docs import RestDocs
from ghapp.github.rest_milestones import RestMilestones
from ghapp.github.rest_pulls import RestPulls
from ghapp.github.rest_releases import RestReleases


class GitHub(
    Gateway,
    PullGateway,
    CheckGateway,
    MilestoneGateway,
    ReleaseGateway,
    BacklogGateway,
    DocsGateway,
    Protocol,
):
    """Whoever builds the duties has this; each of them is told of the gateways that it needs."""


class RestGitHub(
    RestGateway, RestPulls, RestChecks, RestMilestones, RestReleases, RestBacklog, RestDocs
):
    """`GitHub`, over REST."""
