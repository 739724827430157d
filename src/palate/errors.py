"""Every error a person can cause, in one tree. Each message says what came, what was expected and the mend.

PalateError
├── BadSource       a file, feed or page that cannot be read
├── FetchRefused    an address palate does not fetch, or an answer it does not take
├── BadAnswer       a server of models that cannot be reached, refuses, or gives no whole draft
├── MissingKey      no key for a server of models in the environment
├── OverBudget      requests that may cost more than is allowed
├── BadValue        a liking, a setting or an option outside its range
├── UnknownName     a reader, text, encoder or taste that is not there
├── BadFolder       an output folder that cannot be used
├── MissingExtra    a package that an extra brings is not installed
├── EncoderChanged  a taste or store was made with another encoder
└── BadStore        a store that cannot be opened, read or written
    ├── StoreBusy   another process is writing
    ├── StoreReadOnly  the file or its folder cannot be written
    └── StoreTooNew the store comes from a newer palate
"""


class PalateError(Exception):
    """Base of all errors that a person can cause and mend; the CLI prints it as one line and exits with 1."""


class BadSource(PalateError):
    """A file, folder, feed or page that cannot be read as texts."""


class FetchRefused(PalateError):
    """An address that palate does not fetch, or an answer that is too large, too slow or an error."""


class BadAnswer(PalateError):
    """A server of models that cannot be reached, refuses a request, or gives no whole draft."""


class MissingKey(PalateError):
    """The environment holds no key for a server of models."""


class OverBudget(PalateError):
    """Requests that may cost more than is allowed; they were not sent."""


class BadValue(PalateError):
    """A liking, a setting or an option outside its range."""


class UnknownName(PalateError):
    """A reader, text, encoder or taste that is not there."""


class BadFolder(PalateError):
    """An output folder that cannot be written, has no room, or holds something else."""


class MissingExtra(PalateError):
    """A package that an extra brings is not installed."""

    def __init__(self, feature: str, extra: str, *more: str) -> None:
        """more: commands to run besides, where pip alone cannot bring what the extra needs."""
        commands = " && ".join([f"pip install 'palate[{extra}]'", *more])
        super().__init__(f"{feature} needs the extra [{extra}]; run: {commands}")


class EncoderChanged(PalateError):
    """The store's vectors come from another encoder than the one asked for."""


class BadStore(PalateError):
    """A store that cannot be opened, read or written."""


class StoreBusy(BadStore):
    """Another process is writing to the store."""


class StoreReadOnly(BadStore):
    """The store, or its folder, cannot be written."""


class StoreTooNew(BadStore):
    """The store was written by a newer version of palate."""


def check_limit(n: int) -> None:
    """Checks the number of texts to return. Raises BadValue below 1."""
    if n < 1:
        raise BadValue(f"a limit is 1 or more, got {n}")


class CacheNotice(UserWarning):
    """Something of a store's cache could not be used or kept; nothing is lost, and what to expect is said."""


class ReadNotice(UserWarning):
    """A source was read, but not quite as it stands: its encoding was guessed, or a part was left out."""
