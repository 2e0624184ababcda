"""The tour's stop at Stripe: a dispute is somebody's at once, with the deadline that Stripe sets."""

from ghapp.demo.story import Issue, Step, Tour, assignees, ensure, labels
from ghapp.demo.stripe import Dispute

_CENTS = 12_900


async def dispute_comes(tour: Tour) -> None:
    """One event opens the incident, another closes it."""
    dispute = Dispute.now(_CENTS)
    await tour.stripe.send(dispute.opened())

    async def opened() -> Issue | None:
        found = await tour.incidents()
        return next((issue for issue in found if "source/stripe" in labels(issue)), None)

    issue = await tour.until("the dispute is an incident", opened)
    ensure(bool(assignees(issue)), "nobody is assigned to the dispute")
    await tour.show(issue)
    await tour.settled()
    await tour.stripe.send(dispute.won())
    number = int(issue["number"])
    await tour.until_issue(
        "it recovers when Stripe closes the dispute",
        lambda it: it["state"] == "closed" or "recovered" in labels(it),
        number=number,
    )
    await tour.person("carol").comment(number, "/resolve won; the receipt was enough")
    await tour.until_issue("carol resolves it", lambda it: it["state"] == "closed", number=number)
    tour.view.say("Stripe closes the dispute, carol resolves the incident.")


STEPS = (
    Step(
        "A dispute at Stripe has a deadline",
        "A bank takes 129 euros back. Stripe says by when the evidence must be there.",
        dispute_comes,
    ),
)
