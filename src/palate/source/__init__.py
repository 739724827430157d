"""Where texts come from: files, feeds, reference lists, web pages, standard input, Python values."""

from palate.source.fetch import Fetched, Fetcher
from palate.source.items import Columns, Skipped, Source
from palate.source.locate import open_source

__all__ = ["Columns", "Fetched", "Fetcher", "Skipped", "Source", "open_source"]
