"""The recorder wakes whoever waits for a call of the App."""

import asyncio

import pytest

from ghapp.demo.messages import Answer, Caller, Request
from ghapp.demo.recording import Recorder


def request(caller=Caller.INSTALLATION, path="/repos/acme/ops"):
    return Request(method="GET", path=path, caller=caller)


async def test_waiting_for_several():
    recorder = Recorder()
    waiting = asyncio.create_task(recorder.wait_for(lambda call: True, count=2))
    for _ in range(2):
        await asyncio.sleep(0)
        recorder.finish(recorder.begin(request()), Answer.of(200))
    assert [call.seq for call in await waiting] == [1, 2]


async def test_running_calls_and_people_do_not_end_the_wait():
    recorder = Recorder()
    recorder.begin(request())
    recorder.finish(recorder.begin(request(Caller.PERSON)), Answer.of(200))
    with pytest.raises(AssertionError, match="person: GET"):
        await recorder.wait_for(lambda call: True, within=0.01)


async def test_only_calls_since_a_number_count():
    recorder = Recorder()
    recorder.finish(recorder.begin(request()), Answer.of(200))
    with pytest.raises(AssertionError, match="none"):
        await recorder.wait_for(lambda call: True, since=recorder.last, within=0.01)


async def test_a_probe_is_asked_again_after_each_call():
    recorder, asked = Recorder(), []

    async def probe():
        asked.append(recorder.last)
        return recorder.last >= 2 and "there"

    waiting = asyncio.create_task(recorder.eventually(probe))
    for _ in range(2):
        await asyncio.sleep(0)
        recorder.finish(recorder.begin(request()), Answer.of(200))
    assert await waiting == "there"
    assert asked == [0, 1, 2]
