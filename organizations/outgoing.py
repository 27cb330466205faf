"""Mail on its way out: kept sealed in the database until a job has handed it to the mail server."""

from __future__ import annotations

import json
import uuid

from django.core.mail import EmailMessage, EmailMultiAlternatives

from config.encryption import decrypt, encrypt
from jobs.services import enqueue
from organizations.models import OutgoingMail

KIND = "organizations.send_mail"


def post(message: EmailMessage) -> OutgoingMail:
    """Keep `message` and have it sent once the caller's transaction commits. Three queries; needs a transaction.

    Mail holds links that open accounts, so it is encrypted at rest, and the row goes when it is sent. Carries
    subject, sender, recipients, text and alternatives; no attachments and no headers of one's own.
    """
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    kept = {
        "subject": str(message.subject),
        "from": message.from_email,
        "to": list(message.to),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "alternatives": [[str(content), mimetype] for content, mimetype in alternatives],
    }
    mail = OutgoingMail(id=uuid.uuid4())
    mail.sealed = encrypt(json.dumps(kept).encode(), table=mail._meta.db_table, row=mail.pk, organization=None)
    mail.save(force_insert=True)
    enqueue(KIND, organization_id=None, actor_id=None, payload={"mail": str(mail.pk)})
    return mail


def opened(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Return the message that `mail` holds. Raises `config.encryption.Unreadable`."""
    plain = decrypt(bytes(mail.sealed), table=mail._meta.db_table, row=mail.pk, organization=None)
    content = json.loads(plain)
    message = EmailMultiAlternatives(content["subject"], content["body"], content["from"], content["to"])
    message.content_subtype = content["subtype"]
    for alternative, mimetype in content["alternatives"]:
        message.attach_alternative(alternative, mimetype)
    return message
