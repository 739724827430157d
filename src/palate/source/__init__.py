"""Where texts come from: files, feeds, reference lists, web pages, standard input, Python values."""

from palate.source.facts import Columns, Skipped, Source
from palate.source.fetch import Fetched, Fetcher
from palate.source.read import open_source

__all__ = ["Columns", "Fetched", "Fetcher", "Skipped", "Source", "open_source"]
