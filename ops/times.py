"""Times as ops read them: by the brand's clock, with its zone; in UTC as long as the brand has not said so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.shared.aws import clock
from functions.shared.brand.catalogue import Catalogue
from functions.shared.wording import saying
from ops.place import Place


@dataclass(frozen=True)
class Times:
    """What tells them. A time is told beside that of `now`."""

    catalogue: Catalogue
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Where the brand tells time."""
        try:
            return self.catalogue.brand.zone
        except saying.NO_CLOCK:
            return ZoneInfo("UTC")

    def said(self, at: datetime) -> str:
        """Say a time: 15:30 GMT; 3:30 PM on Mon 30 Nov EST."""
        at = at.astimezone(self.zone)
        try:
            return f"{saying.moment(at, self.now, self.catalogue.brand)} {at:%Z}"
        except saying.NO_CLOCK:
            return f"{at:%H:%M on %a %d %b %Y %Z}"


def minutes_until(at: datetime) -> int:
    return max(1, -((clock.now() - at) // timedelta(minutes=1)))


def times_of(place: Place) -> Times:
    now = clock.now()
    return Times(Catalogue.read(place.client("dynamodb"), place.settings["catalogue_table"], now), now)
