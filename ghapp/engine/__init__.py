"""The durable inbox, the queue and the clock; the only room that knows DBOS."""
