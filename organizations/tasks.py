"""What organizations leave to the workers."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused

from django.utils.translation import gettext as _

from config.encryption import Unreadable
from jobs.registry import handler
from jobs.work import Refused, Work
from organizations.models import OutgoingMail
from organizations.outgoing import KIND, opened


@handler(KIND, max_attempts=8, retry_on=(SMTPException,), retry_delay=5.0)
def send_mail(work: Work) -> None:
    """Hand one mail to the mail server and forget it. Killed between the two it is sent twice, never not at all."""
    mail = OutgoingMail.objects.filter(pk=work.payload["mail"]).first()
    if mail is None:
        return
    try:
        opened(mail).send()
    except SMTPRecipientsRefused:
        mail.delete()
        raise Refused(_("The mail server does not take mail for this address.")) from None
    except Unreadable:
        mail.delete()
        raise Refused(_("The mail was written with an encryption key that is gone. Ask for a new one.")) from None
    with work.finish():
        OutgoingMail.objects.filter(pk=mail.pk).delete()
