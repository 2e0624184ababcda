"""Which area and severity a signal gets, and which conversation a message belongs to."""

import pytest

from ghapp.core.routing import (
    conversation_of_issue,
    fingerprint_of,
    route,
    storm_fingerprint,
    support_fingerprint,
)
from ghapp.model.names import Severity
from tests.support.builders import firing, model

MODEL = model()
SEV1 = Severity.SEV1


@pytest.mark.parametrize(
    ("signal", "area", "severity"),
    [
        pytest.param(firing(severity=SEV1), "deployment", Severity.SEV2, id="the rule's severity"),
        pytest.param(
            firing(fields={"resource": {"labels": {"service_name": "api-eu"}}}, severity=SEV1),
            "deployment",
            SEV1,
            id="a dotted key, and the sender's severity",
        ),
        pytest.param(
            firing(fields={"resource.labels": {"service_name": "api-eu"}}, severity=SEV1),
            "deployment",
            SEV1,
            id="a key that itself has a dot",
        ),
        pytest.param(
            firing(source="stripe", fields={}), "billing", Severity.SEV3, id="any of a source"
        ),
        pytest.param(
            firing(policy="none", severity=None), "deployment", Severity.SEV3, id="fallback"
        ),
        pytest.param(
            firing(fields={"policy_name": ["x", "Cloud Run errors"]}),
            "deployment",
            Severity.SEV2,
            id="any member of a list",
        ),
        pytest.param(firing(fields={"policy_name": None}), "deployment", Severity.SEV3, id="null"),
        pytest.param(
            firing(fields={"resource": "text"}), "deployment", Severity.SEV3, id="no way down"
        ),
    ],
)
def test_route(signal, area, severity):
    found = route(signal, MODEL)
    assert (found.area, found.severity) == (area, severity)


@pytest.mark.parametrize(
    ("value", "pattern", "matches"),
    [
        pytest.param(True, "true", True, id="true"),
        pytest.param(False, "true", False, id="false"),
        pytest.param(5, "5", True, id="number"),
    ],
)
def test_plain_values_match_as_text(value, pattern, matches):
    text = f"""
version: 1
areas:
  one: {{owner: alice}}
  two: {{owner: bob, alerts: [{{source: gcp, match: {{flag: "{pattern}"}}}}]}}
fallback_area: one
"""
    found = route(firing(fields={"flag": value}), model(text))
    assert (found.area == "two") is matches
    assert (found.rule is not None) is matches


MARKED = 'text\n<!-- ghapp {"kind":"incident","key":"gcp:1"} -->'


@pytest.mark.parametrize(
    ("body", "bot", "conversation"),
    [
        pytest.param(MARKED, True, "incident:gcp:1", id="the app's marker"),
        pytest.param(MARKED, False, "incident:support:acme/ops#7", id="a person's forgery"),
        pytest.param("text", True, "incident:support:acme/ops#7", id="a bot's other issue"),
        pytest.param(
            MARKED.replace("incident", "triage"), True, "incident:support:acme/ops#7", id="kind"
        ),
    ],
)
def test_conversation_of_an_issue(body, bot, conversation):
    assert conversation_of_issue("acme/ops", 7, body, bot) == conversation


def test_only_incidents_have_a_fingerprint():
    assert fingerprint_of("incident:gcp:1") == "gcp:1"
    assert fingerprint_of("model") is None


def test_keys():
    assert support_fingerprint("acme/shop", 3) == "support:acme/shop#3"
    assert storm_fingerprint("gcp") == "storm:gcp"
