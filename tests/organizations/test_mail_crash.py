"""A mail outlives the worker that was sending it."""

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now

from jobs.models import Job, State
from organizations.models import OutgoingMail
from organizations.outgoing import post
from tests.fakes.smtp import mail_server
from tests.worker import Worker, finished, settle, until


@pytest.mark.crash
def test_worker_killed_while_sending_a_mail_sends_it_after_all(no_worker, child_environment, effects, tmp_path):
    with mail_server() as server:
        environment = child_environment | {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(server.port),
            "EMAIL_STARTTLS": "false",
        }
        server.hang.set()
        with transaction.atomic():
            post(EmailMessage("Welcome", "Here you are.", "kith@example.com", ["ann@example.com"]))
        job = Job.objects.get()
        first = Worker(environment, tmp_path / "first")
        until(server.asked.is_set, sweeping=True)
        first.kill()
        assert OutgoingMail.objects.count() == 1
        assert server.messages == []

        server.hang.clear()
        Job.objects.update(run_after=Now())  # as if the lease had ended
        second = Worker(environment, tmp_path / "second")
        try:
            until(finished(job), sweeping=True)
            settle()
        finally:
            second.kill()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert not OutgoingMail.objects.exists()
    (message,) = server.messages
    assert "Here you are." in message
