"""Pages: self-contained HTML from the templates beside this file; every value is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

# control characters, shown as their pictures
CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}


def page(template: str, **values: Any) -> str:
    """Returns a page as HTML. template: a file of report/templates that extends base.html.

    A name that the template asks for and is not given is an error. Strings are escaped, but for those of
    `markupsafe.Markup`.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value.translate(CONTROLS) if type(value) is str else value,
    )
    environment.filters["share"] = lambda value: f"{value:.0%}"
    environment.filters["count"] = lambda value: f"{value:,}"
    return environment
