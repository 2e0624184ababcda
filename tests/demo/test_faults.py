"""Faults strike the requests they match, so often and no more."""

import pytest

from ghapp.demo import faults
from ghapp.demo.faults import Delay, Fault, Faults
from ghapp.demo.messages import Caller, Request


def request(method="POST", path="/repos/acme/ops/issues", caller=Caller.INSTALLATION):
    return Request(method=method, path=path, caller=caller)


def names(struck):
    return [action.name for action in struck]


@pytest.mark.parametrize(
    ("match", "struck", "spared"),
    [
        (faults.any_call, request("GET"), request(caller=Caller.PERSON)),
        (faults.any_write, request("DELETE"), request("GET")),
        (
            faults.any_write,
            request(),
            request(path="/app/installations/1/access_tokens", caller=Caller.APP),
        ),
        (faults.on("POST", "/repos/*/*/issues"), request(), request("GET")),
    ],
)
def test_matchers(match, struck, spared):
    assert match(struck)
    assert not match(spared)


def test_a_fault_strikes_as_often_as_said():
    all_faults = Faults()
    fault = all_faults.add(Fault(faults.any_call, faults.status(500), times=2))
    assert [names(all_faults.strike(request())) for _ in range(3)] == [
        ["status 500"],
        ["status 500"],
        [],
    ]
    assert fault.hits == 2


def test_a_lasting_fault_ends_when_removed():
    all_faults = Faults()
    fault = all_faults.add(Fault(faults.any_call, faults.drop_after(), times=None))
    assert names(all_faults.strike(request())) == ["dropped after"]
    all_faults.remove(fault)
    assert all_faults.strike(request()) == []


def test_a_delay_lets_the_next_fault_strike_too():
    all_faults = Faults()
    all_faults.add(Fault(faults.any_call, faults.delay(1)))
    all_faults.add(Fault(faults.any_call, faults.drop_before()))
    all_faults.add(Fault(faults.any_call, faults.status(500)))
    struck = all_faults.strike(request())
    assert isinstance(struck[0], Delay)
    assert names(struck) == ["delayed 1 s", "dropped before"]
    assert names(all_faults.strike(request())) == ["status 500"]


def test_a_status_may_bring_headers_and_a_body():
    refusal = faults.status(503, headers={"Retry-After": "2"}).answer()
    assert refusal.headers["Retry-After"] == "2"
    assert refusal.json["status"] == "503"
    assert faults.status(404, body={"x": 1}).answer().json == {"x": 1}
