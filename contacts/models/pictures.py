"""Pictures that were uploaded into a form and have not been saved with a contact."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class PendingPicture(models.Model):
    """A stored picture that no contact has yet: the form may still be open. After a day the file goes."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
