"""What the sweep looks at: made once a module, since making it costs seconds and nobody changes it for good."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import override_settings

from jobs.doorbell import doorbell
from tests.isolation.marked import Marked
from tests.sync.conftest import _unheard


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return two organizations full of marks, committed: tests that use `db` besides take back what they write."""
    files = tmp_path_factory.mktemp("marked")
    with pytest.MonkeyPatch.context() as patch, override_settings(MEDIA_ROOT=files):
        patch.setattr(doorbell, "ring", _unheard)
        with django_db_blocker.unblock():
            cache.clear()
            try:
                yield Marked()
            finally:
                call_command("flush", verbosity=0, interactive=False)
