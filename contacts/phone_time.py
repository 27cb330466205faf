"""What time it is where a phone is: of the places that its number is given out for, when they agree well enough.

The data are libphonenumber's, by area code where a country has some, else by country.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

#: A number that may ring anywhere between more says nothing about the time.
MOST_APART: Final = timedelta(hours=3)
#: Numbers that are of no place: they ring wherever the call is led.
_NOWHERE: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.VOICEMAIL,
    }
)


def times_there(text: str, region: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the earliest and latest local time at `now` (aware) where a number typed in `region` may ring.

    Both are the same when all its places agree. None for what is no valid number, is of no place, or may be in places
    more than `MOST_APART` from one another.
    """
    times = sorted((now.astimezone(zone) for zone in _zones(text, region)), key=_offset)
    if not times or _offset(times[-1]) - _offset(times[0]) > MOST_APART:
        return None
    return times[0], times[-1]


def _offset(time: datetime) -> timedelta:
    return time.utcoffset() or timedelta()


@lru_cache(maxsize=10_000)
def _zones(text: str, region: str) -> tuple[ZoneInfo, ...]:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ()
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in _NOWHERE:
        return ()
    names = time_zones_for_number(number)
    try:
        return () if UNKNOWN_TIMEZONE in names else tuple(map(ZoneInfo, names))
    except (ZoneInfoNotFoundError, ValueError):  # a zone newer than the machine's data
        return ()
