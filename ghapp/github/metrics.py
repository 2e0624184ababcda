"""What operators see of the app's traffic with GitHub."""

from prometheus_client import Counter, Gauge

REQUESTS = Counter(
    "ghapp_github_requests",
    "Calls to GitHub; kind: read, content (a write), free (304), auth. Status 0: no answer.",
    ["method", "status", "kind"],
)
REMAINING = Gauge(
    "ghapp_github_rate_limit_remaining",
    "Calls left in this hour, as the installation that was asked last was told.",
)
HOLDS = Counter(
    "ghapp_github_holds", "Times that GitHub told the app to wait, by its reason.", ["reason"]
)
