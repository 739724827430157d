"""Pages: self-contained HTML from the templates beside this file; every value is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.insight.palette import CATEGORIES, NONE, OTHER

if TYPE_CHECKING:
    from jinja2 import Environment

# control characters, shown as their pictures
CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}
POLICY = "the-policy-of-this-page"  # stands in base.html until the hashes are known
CODE = re.compile(r"<(style|script)(?! type=\"application/)[^>]*>(.*?)</\1>", re.DOTALL)


def page(template: str, **values: Any) -> str:
    """Returns a page as HTML. template: a file of report/templates that extends base.html.

    A name that the template asks for and is not given is an error. Strings are escaped, but for those of
    `markupsafe.Markup`. A Content-Security-Policy lets the page load nothing but images within it, and run
    and draw by nothing but the scripts and styles of its template, by their hashes: no attribute `style` or
    `onclick` has an effect. Data for a script go into a `<script type="application/json">`, as `|tojson`.
    """
    html = _environment().get_template(template).render(**values)
    return html.replace(POLICY, _policy(html), 1)


def _policy(html: str) -> str:
    """Returns what a page may load and run. Only a template can have written a tag: values are escaped."""
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for tag, code in CODE.findall(html):
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
    allowed = [f"{tag}-src {' '.join(known)}" for tag, known in hashes.items() if known]
    rules = ["default-src 'none'", "img-src data:", *allowed, "base-uri 'none'", "form-action 'none'"]
    return "; ".join(rules)


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
    environment.globals.update(categories=CATEGORIES, rest_colour=OTHER, none_colour=NONE)
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    environment.filters["share"] = lambda value: f"{value:.0%}"
    environment.filters["count"] = lambda value: f"{value:,}"
    environment.filters["base64"] = lambda value: base64.b64encode(value).decode()
    environment.filters["fixed"] = lambda value, digits=2: f"{value:.{digits}f}"
    environment.filters["signed"] = lambda value, digits=3: f"{value:+.{digits}f}"
    return environment
