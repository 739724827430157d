"""Words and numbers of a written date: "Wed, 4 March 2020 10:00 EST", "Mar. 4th, 2020", "2020 Jan-Feb"."""

import re
from datetime import UTC, datetime, timedelta

from palate.table.date_numbers import YEARS

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner januari janvier janv enero ene gennaio gen janeiro",
            "feb february februar feber februari février févr fevrier fevr febrero febbraio fevereiro fev",
            "mar march märz maerz mär mrz maart mars marzo março marco",
            "apr april avril avr abril abr aprile",
            "may mai mei mayo maggio mag maio",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august augustus août aout agosto ago",
            "sep sept september septembre septiembre settembre set setembro",
            "oct october okt oktober octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dez dezember décembre déc decembre diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
SEASONS = frozenset("spring summer autumn fall winter".split())  # "Spring 2020" is 2020
WEEKDAYS = frozenset(
    "mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday "
    "fri friday sat saturday sun sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miércoles jueves viernes sábado domingo".split()
)
FILLERS = frozenset("st nd rd th of the at de del den le um er º ª".split())
KNOWN_WORDS = frozenset([*MONTHS, *SEASONS, *WEEKDAYS, *FILLERS])
HOURS_OF_ZONES = {  # RFC 822's, and those of Europe
    -8: "pst", -7: "mst pdt", -6: "cst mdt", -5: "est cdt", -4: "edt",
    0: "z ut utc gmt wet", 1: "cet met west", 2: "cest mest eet", 3: "eest",
}  # fmt: skip
ZONES = {name: timedelta(hours=hours) for hours, names in HOURS_OF_ZONES.items() for name in names.split()}
CLOCK = re.compile(
    r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?m\b\.?)?", re.IGNORECASE
)
OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
WORD = re.compile(r"[^\W\d_]+|\d+")


def date_in_words(text: str) -> datetime | None:
    """Returns the moment of a date with the name of a month or season; None where a part is not understood.

    Of a span the first day counts. Two digits are a year only in a mail's full form, as RFC 822 wrote it.

    >>> texts = ("4th March 2020", "Sept. 4, 2020", "2020 Mar-Apr", "Spring 2020")
    >>> [str(date_in_words(text))[:10] for text in texts]
    ['2020-03-04', '2020-09-04', '2020-03-01', '2020-01-01']
    >>> date_in_words("Wed, 04 Mar 2020 10:00:00 EST").isoformat()
    '2020-03-04T15:00:00+00:00'
    >>> date_in_words("31 February 2020"), date_in_words("4 March 20"), date_in_words("2020, maybe March")
    (None, None, None)
    """
    clock = CLOCK.search(text)
    zone: timedelta | None = timedelta(0)
    if clock:
        zone, rest = _split_zone(text[clock.end() :])
        text = f"{text[: clock.start()]} {rest}"
    if zone is None:
        return None
    words = [word.casefold() for word in WORD.findall(text)]
    numbers = [word for word in words if word.isdecimal()]
    if not all(word.isdecimal() or word in KNOWN_WORDS for word in words):
        return None
    months = [MONTHS[word] for word in words if word in MONTHS]
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if clock and not years and len(days) == 2 and words[0] in WEEKDAYS:
        short = int(days.pop())
        years, numbers = [str(short + (1900 if short > 68 else 2000))], days
    sure = len(years) == 1 and len(days) <= 2 and len(days) + 1 >= len(numbers)
    if not sure or not (months or (SEASONS.intersection(words) and not days)):
        return None
    return moment(int(years[0]), months[0] if months else 1, int(days[0]) if days else 1, clock, zone)


def moment(
    year: int, month: int, day: int, clock: re.Match[str] | None = None, offset: timedelta = timedelta(0)
) -> datetime | None:
    """Returns the moment in UTC; None where there is no such day or hour. clock: hours, minutes, seconds,
    fraction and the a or p of am and pm, as CLOCK finds them; 24:00 and a leap second go on to the next.
    """
    hour, minute, second = (int(clock[part] or 0) for part in (1, 2, 3)) if clock else (0, 0, 0)
    half = (clock[5] or "").lower() if clock else ""
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if year not in YEARS or minute > 59 or second > 60 or (hour, minute, second) > (24, 0, 0):
        return None
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    if clock and clock[4]:
        since += timedelta(microseconds=int(clock[4].ljust(6, "0")[:6]))
    try:
        return datetime(year, month, day, tzinfo=UTC) + since - offset
    except ValueError:
        return None


def zone_of(text: str) -> timedelta | None:
    """Returns the distance from UTC of a zone that stands alone, zero for an empty text; None for what is no
    known zone.

    >>> [zone_of(text) and zone_of(text).total_seconds() / 3600 for text in ("+01:00", "EST", "noon")]
    [1.0, -5.0, None]
    """
    offset, rest = _split_zone(text)
    return None if rest else offset


def _split_zone(text: str) -> tuple[timedelta | None, str]:
    """Returns the distance from UTC of the zone that a text begins with, None for an unknown name, and the
    rest of the text.
    """
    text = re.sub(r"\([^()]*\)|\[[^][]*\]", " ", text).strip()  # "(CET)" and "[Europe/Berlin]" say it again
    offset = timedelta(0)
    if name := re.match(r"[A-Za-z]{1,4}\b", text):
        word = name[0].casefold()
        if word not in MONTHS and word not in WEEKDAYS:
            if word not in ZONES:
                return None, ""
            offset, text = ZONES[word], text[name.end() :].strip()
    if written := OFFSET.match(text):
        size = timedelta(hours=int(written[2]), minutes=int(written[3] or 0))
        offset = offset or (-size if written[1] == "-" else size)
        text = text[written.end() :].strip()
        text = "" if text.casefold() in ZONES else text  # "+0000 UTC", as Go writes it
    return offset, text
