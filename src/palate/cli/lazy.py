"""Modules that SciPy names without need, loaded when they are first used."""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec

# SciPy copies all names of NumPy when it is imported, and so loads these: more than half of its start
UNUSED = ("numpy.f2py", "numpy.testing", "numpy.ma", "numpy.polynomial")


def load_lazily() -> None:
    """Lets these modules wait for their first use, from now on, in this process.

    A command calls it before it imports SciPy. Only the command line does: how modules are loaded is up to
    the program, not to a library in it. What uses such a module later gets the whole of it.

    >>> load_lazily()
    >>> import numpy
    >>> numpy.ma.masked_array([1, 2], [False, True]).sum().item()
    1
    """
    for name in UNUSED:
        spec = find_spec(name)
        if name in sys.modules or spec is None or spec.loader is None:
            continue
        spec.loader = LazyLoader(spec.loader)
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
        package, _, inner = name.rpartition(".")
        setattr(sys.modules[package], inner, module)  # as an import does
