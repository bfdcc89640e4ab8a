"""A site's state over HTTP: saved as one document, and loaded again."""

from emulator import snapshots
from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.faults import misplaced
from emulator.api.responses import JSON, render_json
from emulator.domain.refusals import InvalidRequest

SNAPSHOT_BYTES_MAX = 256 * 1024 * 1024


async def get_state(call: Call) -> Response:
    """Answer with everything of the site, as one document."""
    return Response(snapshots.save(call.site), media_type=JSON)


async def put_state(call: Call) -> Response:
    """Put the document's state in place of the site's; a wrong document changes nothing."""
    snapshot = snapshots.read(call.body)
    violations = [
        violation._replace(field=f"faults[{index}].{violation.field}")
        for index, fault in enumerate(snapshot.faults)
        for violation in misplaced(fault.operation, fault.effect)
    ]
    if violations:
        raise InvalidRequest(violations)
    return render_json({"fingerprint": snapshots.restore(call.site, snapshot)})
