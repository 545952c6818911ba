"""How the pinned source of the emulator is changed."""

import inspect
import sys


def require(condition, what):
    """Stops the launcher when the pinned source is not what a repair was written for."""
    if not condition:
        sys.exit(f"emulator.py: {what}; review the repairs against the installed ministack before raising the pin")


def replaced(function, *changes):
    """Compiles the function anew with each piece of its source, which must stand there once, replaced."""
    source = inspect.getsource(function)
    for upstream, repaired in changes:
        require(source.count(upstream) == 1, f"{function.__name__} no longer reads {upstream.strip()!r}")
        source = source.replace(upstream, repaired)
    module = inspect.getmodule(function)
    exec(compile(source, f"repaired {function.__name__}", "exec"), vars(module))
