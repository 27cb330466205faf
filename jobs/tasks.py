"""The one Celery task. It carries no work, only the news that there is some."""

from config.celery import app
from jobs import runner
from jobs.models import Lane


@app.task(name="jobs.run_due")
def run_due(lane: str) -> None:
    """Claim and run what is due in `lane` ("short" or "long")."""
    runner.run_due(Lane(lane))
