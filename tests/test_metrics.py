"""What Prometheus reads."""

from ghapp import metrics
from ghapp.model.names import Severity


def test_gauges_show_what_was_set_last() -> None:
    metrics.set_queue(depth=3, oldest_seconds=1.5, parked=1)
    metrics.set_open_incidents({Severity.SEV1: 2, Severity.SEV3: 1})
    metrics.set_open_incidents({Severity.SEV1: 1})
    text = metrics.render().decode()
    assert "ghapp_queue_depth 3.0" in text
    assert "ghapp_queue_oldest_seconds 1.5" in text
    assert "ghapp_parked_deliveries 1.0" in text
    assert 'ghapp_open_incidents{severity="sev1"} 1.0' in text
    assert 'ghapp_open_incidents{severity="sev3"} 0.0' in text
