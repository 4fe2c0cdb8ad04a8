"""What one call of the clock tells the next: is the webhook valid, how far is X's list read, what may be missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic.dataclasses import dataclass

from functions.shared.aws.rows import WEBHOOK, fields_in
from functions.shared.aws.store import Cancelled, Put, Store
from functions.shared.aws.stored import STRICT, Stored, fields_of, read_as, watched
from functions.shared.x.dms import Limits

LOOKS, LOOK_WINDOW = 15, timedelta(minutes=15)
"""X's documented limit (X API, GET /2/dm_events, August 2026), until a header says otherwise."""
MOST_LOOKS = 10_000
"""No contract says more: such a figure is a header gone wrong."""


@dataclass(frozen=True, config=STRICT)
class WebhookState(Stored):
    """Stored as one row, under its version: the Scheduler may call twice at one moment."""

    version: int = 0

    webhook: str | None = None
    valid: bool = True
    valid_at: datetime | None = None
    """When X last held our webhook for valid."""
    gap_from: datetime | None = None
    gap_to: datetime | None = None
    """Between these, events may not have come; a replay is still to be asked for. No end = it goes on."""
    job: str | None = None
    job_at: datetime | None = None
    """The last replay."""
    newest: str | None = None
    """All DMs that X lists, up to this one, have reached us."""
    looked_at: datetime | None = None
    page: str | None = None
    """A look-up that was too long for one call goes on here."""
    up_to: str | None = None
    """What `newest` becomes when it is through."""
    looks: int = LOOKS
    looks_until: datetime | None = None

    @property
    def set_up(self) -> bool:
        """Whether X has ever delivered to us: before that nothing can be missing."""
        return self.valid_at is not None


def load(store: Store) -> WebhookState:
    return watched(read_as(WebhookState, fields_in(store.get(*WEBHOOK) or {})))


def save(store: Store, state: WebhookState) -> bool:
    """Write what a call of the clock has come to, unless another call has written meanwhile: False then."""
    fields = fields_of(replace(state, version=state.version + 1))
    # A row of before has no version.
    expected = state.version if state.version or store.get(*WEBHOOK) is None else None
    try:
        store.commit([Put(WEBHOOK.row(fields), expected=expected)])
    except Cancelled:
        return False
    return True


def valid(state: WebhookState, webhook: str, now: datetime) -> WebhookState:
    ended = now if state.gap_from and not state.valid else state.gap_to
    return replace(state, webhook=webhook, valid=True, valid_at=now, gap_to=ended)


def invalid(state: WebhookState, now: datetime) -> WebhookState:
    """Begin a gap at the last moment of which we know that X delivered."""
    return replace(state, valid=False, gap_from=state.gap_from or state.valid_at, gap_to=None)


def has_room(state: WebhookState, now: datetime) -> bool:
    return state.looks > 0 or state.looks_until is None or now >= state.looks_until


def failure_counted(state: WebhookState, now: datetime) -> WebhookState:
    """Count one look-up, in a new window where the last has passed."""
    if state.looks_until is None or now >= state.looks_until:
        state = replace(state, looks=LOOKS, looks_until=now + LOOK_WINDOW)
    return replace(state, looks=max(0, state.looks - 1))


def told(state: WebhookState, limits: Limits | None, now: datetime, *, used_up: bool = False) -> WebhookState:
    """Take over what X says of its limit. `used_up`: it has refused, whatever its headers say."""
    limits = limits or Limits()
    looks = 0 if used_up else state.looks if limits.remaining is None else min(limits.remaining, MOST_LOOKS)
    until = state.looks_until
    if limits.reset is not None and now.timestamp() < limits.reset <= (now + LOOK_WINDOW).timestamp() + 60:
        until = datetime.fromtimestamp(limits.reset, UTC)
    return replace(state, looks=looks, looks_until=until)
