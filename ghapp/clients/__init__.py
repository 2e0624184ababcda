"""The APIs of alert senders, each behind an endpoint that tests point at loopback."""
