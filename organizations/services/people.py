"""Making people, by the operator."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import User
from organizations.names import clean_name


@transaction.atomic
def create_user(*, email: str, password: str | None, name: str = "") -> User:
    """Return a new user whose email counts as verified, so that they can sign in at once. They belong nowhere yet.

    Any password is taken: who calls this is trusted; None makes one that nobody can type. Raises `ValidationError`
    for an address that is none or is taken.
    """
    email = email.strip().lower()
    validate_email(email)
    get_adapter().clean_email(email)
    taken = ValidationError(_("Somebody with the email %(email)s exists already.") % {"email": email}, code="taken")
    if EmailAddress.objects.filter(email=email).exists():
        raise taken
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=clean_name(name) if name.strip() else "")
    except IntegrityError:
        raise taken from None
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.write(Action.USER_CREATED, by=None, target=user)
    return user
