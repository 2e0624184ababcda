"""What a sender is called, and what it needs to be on."""

from ghapp import plugins


def test_a_sender_of_another_name_raises_under_that_one() -> None:
    sources = plugins.sources()
    assert (sources["gcp-pubsub"].raises, sources["gcp"].raises) == ("gcp", "gcp")


def test_one_that_proves_itself_by_a_token_needs_two_variables() -> None:
    sources = plugins.sources()
    assert sources["gcp-pubsub"].variables == (
        "GHAPP_GCP_PUBSUB_AUDIENCE",
        "GHAPP_GCP_PUBSUB_EMAIL",
    )
    assert sources["stripe"].variables == ("GHAPP_STRIPE_WEBHOOK_SECRET",)
