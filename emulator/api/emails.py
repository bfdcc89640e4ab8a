"""The control plane's record of triggered e-mails: Velo code writes it, tests read it."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import parse, render_json
from emulator.domain.wire import WireModel, format_timestamp
from emulator.emails import Email

EMAIL_BYTES_MAX = 65_536  # a site keeps a thousand of them

_Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class RecordEmailRequest(WireModel):
    """A triggered e-mail, as `triggeredEmails.emailContact` is called with it."""

    email_id: _Id
    contact_id: _Id
    variables: dict[str, Any] = Field(default_factory=dict)


async def record_email(call: Call) -> Response:
    """Record a triggered e-mail; it is sent to nobody (R509)."""
    request = parse(call, RecordEmailRequest)
    email = Email(call.site.clock.now(), request.email_id, request.contact_id, request.variables)
    call.site.emails.record(email)
    return render_json(_rendered(email))


async def list_emails(call: Call) -> Response:
    """List the triggered e-mails, oldest first."""
    return render_json({"emails": [_rendered(email) for email in call.site.emails.all()]})


def _rendered(email: Email) -> dict[str, Any]:
    return {
        "at": format_timestamp(email.at),
        "emailId": email.email_id,
        "contactId": email.contact_id,
        "variables": email.variables,
    }
